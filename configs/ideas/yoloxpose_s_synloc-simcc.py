# Keypoints are classified in a window of strides around each prior.
_base_ = "../yoloxpose_s_synloc.py"

model = dict(
    head=dict(
        type="YOLOXPoseSimCCHead",
        assigner=dict(type="LocSimAssigner"),
        simcc=dict(half_width=3.0, bins_per_stride=8.0),
        loss_simcc=dict(type="SimCCLoss", loss_weight=1.0),
    )
)
