"""What a training of some hundred steps on one core needs: large steps and a moving average that keeps up with them.

In one dict, as ``synloc.py``.
"""

_by_epoch = dict(by_epoch=True, convert_to_iter_based=True)

short = dict(
    loader=dict(num_workers=0, persistent_workers=False, pin_memory=False),
    optim_wrapper=dict(optimizer=dict(lr=0.002), clip_grad=dict(max_norm=5)),
    warm_up=dict(type="LinearLR", start_factor=0.1, begin=0, end=1, **_by_epoch),
    cosine=dict(type="CosineAnnealingLR", eta_min=1e-5, begin=1, **_by_epoch),  # misses end and T_max
    ema=dict(type="EMAHook", ema_type="ForeachEMA", momentum=0.01, gamma=50, update_buffers=True, priority=49),
    # Upstream switches these on for its last epochs; where there are few, from the start.
    head=dict(use_aux_loss=True, loss_kpt_aux=dict(type="L1Loss", use_target_weight=True, loss_weight=5.0)),
    # Windows of 256x256 around athletes, at the resolution of Full HD files; before the transforms to targets.
    full_hd_windows=[
        dict(type="SynLocRandomCrop", scale_range=(0.4, 0.65)),
        dict(type="SynLocFlip"),
        dict(type="RenderSynLocImage"),
    ],
)
