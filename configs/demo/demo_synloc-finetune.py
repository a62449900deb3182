# Goes on from the weights of demo_synloc-long.py on further venues; `load_from` names them.
_base_ = "./demo_synloc-long.py"

_epochs = 18
_crop = dict(type="SynLocRandomCrop", scale_range=(0.35, 0.9), anywhere_prob=0.15)
model = dict(head=dict(locsim_calculator=dict(tau_start=3.0), loss_locsim=dict(tau_start=1.0)))
train_dataloader = dict(dataset=dict(pipeline=[_crop, *_base_.train_dataloader.dataset.pipeline[1:]]))
train_cfg = dict(max_epochs=_epochs, val_interval=_epochs)
optim_wrapper = dict(optimizer=dict(lr=0.001))
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], end=_epochs, T_max=_epochs - 1),
]
default_hooks = dict(checkpoint=dict(interval=_epochs))
