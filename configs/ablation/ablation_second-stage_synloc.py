"""The budget of the second stage's comparisons in docs/two_stages.md: ten minutes on one core for each."""

_base_ = "../topdown/rtmpose_nano_synloc.py"

_epochs = 3
model = dict(test_cfg=dict(flip_test=False))
train_cfg = dict(max_epochs=_epochs, val_interval=_epochs)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=_epochs, T_max=_epochs - 1)]
default_hooks = dict(checkpoint=dict(interval=_epochs))
