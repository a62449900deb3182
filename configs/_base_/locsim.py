"""The ideas that work in metres, together, at the 16:9 input of the smallest size.

On top of ``synloc.py``, and in one dict for the same reason.
"""

_input = dict(dataset=dict(input_size=(864, 480)))

locsim = dict(
    model=dict(
        head=dict(
            type="YOLOXPoseSimCCHead",
            quality="locsim",
            locsim_calculator=dict(tau_end=3.0),  # at 1 m a young model's scores would all be low
            assigner=dict(type="LocSimAssigner", dynamic_k_indicator="locsim"),
            loss_locsim=dict(type="LocSimLoss", loss_weight=10.0),
            simcc=dict(half_width=4.0, bins_per_stride=4.0),
            loss_simcc=dict(type="SimCCLoss", loss_weight=1.0),
        ),
        test_cfg=dict(nms_mode="ground", ground_nms_radius_m=0.6),
    ),
    train_dataloader=dict(dataset=dict(input_size=(864, 480), with_ground_metric=True)),
    val_dataloader=_input,
    test_dataloader=_input,
)
