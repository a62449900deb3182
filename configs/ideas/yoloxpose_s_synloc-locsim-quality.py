# Scores are trained on LocSim instead of OKS.
_base_ = "../yoloxpose_s_synloc.py"

model = dict(head=dict(assigner=dict(type="LocSimAssigner"), quality="locsim"))
train_dataloader = dict(dataset=dict(with_ground_metric=True))
