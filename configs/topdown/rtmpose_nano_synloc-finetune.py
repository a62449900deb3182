# Goes on from the weights of rtmpose_nano_synloc.py on further venues; `load_from` names them.
_base_ = "./rtmpose_nano_synloc.py"

_epochs = 9
model = dict(head=dict(loss_locsim=dict(tau_start=1.0)))
train_cfg = dict(max_epochs=_epochs, val_interval=_epochs)
optim_wrapper = dict(optimizer=dict(lr=0.001))
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=_epochs, T_max=_epochs - 1)]
default_hooks = dict(checkpoint=dict(interval=_epochs))
