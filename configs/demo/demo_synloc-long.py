# The demo's recipe for a few more epochs; with 560 images of 56 venues, the weights that the package carries.
_base_ = "./demo_synloc.py"

_epochs = 36
train_cfg = dict(max_epochs=_epochs, val_interval=_epochs)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], end=_epochs, T_max=_epochs - 1),
]
default_hooks = dict(checkpoint=dict(interval=_epochs))
