"""The budget of the ablation (``tools/analysis/ablation.py``): a few minutes on one core for each training.

Upstream's schedule, shortened: a warm-up, a cosine, the last sixth without Mosaic and with the auxiliary losses.
"""

_base_ = "./yoloxpose_nano_synloc.py"

_epochs, _last_epochs = 12, 2
_mode_switch = dict(_base_.custom_hooks[0], num_last_epochs=_last_epochs)
_loader = dict(num_workers=0, persistent_workers=False, pin_memory=False)

train_dataloader = dict(batch_size=8, **_loader)
val_dataloader = _loader
test_dataloader = _loader

train_cfg = dict(max_epochs=_epochs, val_interval=_epochs, dynamic_intervals=None)
optim_wrapper = dict(optimizer=dict(lr=0.002), clip_grad=dict(max_norm=5))
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, by_epoch=True, begin=0, end=1, convert_to_iter_based=True),
    dict(type="CosineAnnealingLR", eta_min=1e-5, by_epoch=True, begin=1, end=12, T_max=11, convert_to_iter_based=True),
]
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=_epochs))
custom_hooks = [
    _mode_switch,
    dict(type="EMAHook", ema_type="ExpMomentumEMA", momentum=0.01, gamma=50, update_buffers=True, priority=49),
    dict(type="ScoreThresholdHook"),
    dict(type="NonFiniteLossHook"),
]
