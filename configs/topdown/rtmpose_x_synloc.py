_base_ = [
    "mmpose::body_2d_keypoint/rtmpose/body8/rtmpose-x_8xb256-700e_body8-halpe26-384x288.py",
    "../_base_/topdown.py",
]

globals().update(_base_.topdown)  # model, loaders, evaluators, hooks

globals()["model"]["crop"]["size"] = (288, 384)
globals()["train_dataloader"]["dataset"]["input_size"] = (288, 384)
