"""The ideas in metres (docs/ablation.md says what each gains), at the 16:9 input of the smallest size.

On top of ``synloc.py``, and in one dict for the same reason.
"""

_input = dict(dataset=dict(input_size=(864, 480)))

locsim = dict(
    model=dict(
        head=dict(
            quality="locsim",
            assigner=dict(type="LocSimAssigner", dynamic_k_indicator="locsim"),
            loss_locsim=dict(type="LocSimLoss", loss_weight=10.0),
        ),
        test_cfg=dict(nms_mode="ground", ground_nms_radius_m=0.6, pitch_margin_m=8),
    ),
    train_dataloader=dict(dataset=dict(input_size=(864, 480), with_ground_metric=True)),
    val_dataloader=_input,
    test_dataloader=_input,
)
