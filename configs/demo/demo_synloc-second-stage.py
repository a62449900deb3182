# The second stage of `make demo`: the smallest one, for a few minutes on a CPU, in many small steps.
_base_ = "../topdown/rtmpose_nano_synloc.py"

_epochs = 12
_crops, _pack = _base_.train_dataloader.dataset.pipeline
_train_pipeline = [dict(_crops, crops_per_image=16, photometric=dict(strength=0.4)), _pack]
train_dataloader = dict(batch_size=3, dataset=dict(pipeline=_train_pipeline))
auto_scale_lr = dict(base_batch_size=3)
train_cfg = dict(max_epochs=_epochs, val_interval=_epochs)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], end=_epochs, T_max=_epochs - 1),
]
default_hooks = dict(checkpoint=dict(interval=_epochs))
