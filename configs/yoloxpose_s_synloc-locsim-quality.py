# Scores learn LocSim instead of OKS, and it says how many priors an athlete gets.
_base_ = "./yoloxpose_s_synloc.py"

model = dict(
    head=dict(
        quality="locsim",
        locsim_calculator=dict(tau_end=3.0),
        assigner=dict(type="LocSimAssigner", dynamic_k_indicator="locsim"),
    )
)
train_dataloader = dict(dataset=dict(with_ground_metric=True))
