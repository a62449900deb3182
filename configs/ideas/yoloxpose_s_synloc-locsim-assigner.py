# LocSim instead of OKS sets the number of priors of an athlete.
_base_ = "../yoloxpose_s_synloc.py"

model = dict(head=dict(assigner=dict(type="LocSimAssigner", dynamic_k_indicator="locsim")))
train_dataloader = dict(dataset=dict(with_ground_metric=True))
