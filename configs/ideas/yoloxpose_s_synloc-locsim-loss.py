# The metric as a loss: offsets count in metres on the pitch.
_base_ = "../yoloxpose_s_synloc.py"

model = dict(head=dict(assigner=dict(type="LocSimAssigner"), loss_locsim=dict(type="LocSimLoss", loss_weight=10.0)))
train_dataloader = dict(dataset=dict(with_ground_metric=True))
