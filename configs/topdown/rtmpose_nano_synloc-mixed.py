# Goes on from the weights of rtmpose_nano_synloc-finetune.py on files of two sizes; `load_from` names them.
_base_ = "./rtmpose_nano_synloc-finetune.py"

_epochs = 8
_dataset = _base_.train_dataloader.dataset
_sizes = [_dataset, dict(_dataset, data_root="{{$SYNLOC_ROOT_4K:data/mini_4k}}")]
train_dataloader = dict(dataset=dict(_delete_=True, type="ConcatDataset", datasets=_sizes))
train_cfg = dict(max_epochs=_epochs, val_interval=_epochs)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=_epochs, T_max=_epochs - 1)]
default_hooks = dict(checkpoint=dict(interval=_epochs))
