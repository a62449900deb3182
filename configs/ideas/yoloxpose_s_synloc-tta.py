# Predictions are averaged over the input and its mirror image. For any trained model: nothing changes in training.
_base_ = "../yoloxpose_s_synloc.py"

model = dict(test_cfg=dict(flip_test=True, nms_mode="ground", ground_nms_radius_m=0.6))
