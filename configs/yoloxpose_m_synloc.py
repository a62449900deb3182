_base_ = ["mmpose::body_2d_keypoint/yoloxpose/coco/yoloxpose_m_8xb32-300e_coco-640.py", "./_base_/synloc.py"]

custom_imports = _base_.synloc.custom_imports
model = _base_.synloc.model
train_dataloader = _base_.synloc.train_dataloader
val_dataloader = _base_.synloc.val_dataloader
test_dataloader = _base_.synloc.test_dataloader
val_evaluator = _base_.synloc.val_evaluator
test_evaluator = _base_.synloc.test_evaluator
default_hooks = _base_.synloc.default_hooks
custom_hooks = _base_.synloc.custom_hooks
