_base_ = ["mmpose::body_2d_keypoint/yoloxpose/coco/yoloxpose_m_8xb32-300e_coco-640.py", "./_base_/synloc.py"]

globals().update(_base_.synloc)  # model, loaders, evaluators, hooks
