_base_ = ["mmpose::body_2d_keypoint/yoloxpose/coco/yoloxpose_tiny_4xb64-300e_coco-416.py", "./_base_/synloc.py"]

globals().update(_base_.synloc)  # model, loaders, evaluators, hooks
