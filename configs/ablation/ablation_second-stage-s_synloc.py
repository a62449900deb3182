# RTMPose's s in the budget of steps of ablation_second-stage_synloc.py.
_base_ = "./ablation_second-stage-t_synloc.py"

model = dict(backbone=dict(deepen_factor=0.33, widen_factor=0.5), head=dict(in_channels=512))
