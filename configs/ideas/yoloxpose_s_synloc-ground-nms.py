# Duplicates are removed in metres on the pitch. For any trained model: nothing changes in training.
_base_ = "../yoloxpose_s_synloc.py"

model = dict(test_cfg=dict(nms_mode="ground", ground_nms_radius_m=0.6))
