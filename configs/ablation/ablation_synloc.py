"""The budget of the ablation (``tools/analysis/ablation.py``): a few minutes on one core for each training.

Upstream's schedule, shortened: a warm-up, a cosine, the end without Mosaic and with the auxiliary losses.
"""

_base_ = ["../yoloxpose_nano_synloc.py", "../_base_/short.py"]

_epochs = 4

train_dataloader = dict(batch_size=4, **_base_.short.loader)
val_dataloader = _base_.short.loader
test_dataloader = _base_.short.loader

train_cfg = dict(max_epochs=_epochs, val_interval=_epochs, dynamic_intervals=None)
optim_wrapper = _base_.short.optim_wrapper
param_scheduler = [_base_.short.warm_up, dict(_base_.short.cosine, end=_epochs, T_max=_epochs - 1)]
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=_epochs))
custom_hooks = [
    dict(_base_.custom_hooks[0], num_last_epochs=1),  # the mode switch; upstream's switches one epoch earlier
    _base_.short.ema,
    dict(type="ScoreThresholdHook"),
    dict(type="NonFiniteLossHook"),
]
