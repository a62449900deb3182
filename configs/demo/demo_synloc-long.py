# The demo's detector for longer, on more scales and tones: the weights that the package carries begin with it.
_base_ = "./demo_synloc.py"

_epochs = 28
_train_pipeline = [
    dict(type="SynLocRandomCrop", scale_range=(0.4, 0.9), anywhere_prob=0.12),
    dict(type="SynLocFlip"),
    dict(type="RenderSynLocImage"),
    dict(type="SynLocPhotometric", strength=0.7),
    *_base_.train_dataloader.dataset.pipeline[-2:],
]
train_dataloader = dict(dataset=dict(pipeline=_train_pipeline))
train_cfg = dict(max_epochs=_epochs, val_interval=_epochs)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], end=_epochs, T_max=_epochs - 1),
]
default_hooks = dict(checkpoint=dict(interval=_epochs))
