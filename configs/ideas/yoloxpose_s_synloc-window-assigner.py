# Each athlete chooses its priors among the cells around its own centre, in a batch of fixed shape.
_base_ = "../yoloxpose_s_synloc.py"

model = dict(head=dict(assigner=dict(type="LocSimAssigner")))
