_base_ = ["mmpose::body_2d_keypoint/rtmpose/coco/rtmpose-s_8xb256-420e_coco-256x192.py", "../_base_/topdown.py"]

globals().update(_base_.topdown)  # model, loaders, evaluators, hooks
