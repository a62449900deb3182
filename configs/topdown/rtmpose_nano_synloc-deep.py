# More blocks in the last two stages, and stronger tones. Goes on from the package's second stage, as far as its weights
# fit, on three data sets.
_base_ = "./rtmpose_nano_synloc-mixed.py"

_epochs = 7
model = dict(
    backbone=dict(
        deepen_factor=1.0,
        arch_ovewrite=[[64, 128, 1, True, False], [128, 256, 4, True, False], [256, 512, 8, True, True]],
    )
)
_crops, _pack = _base_.train_dataloader.dataset.datasets[0].pipeline
_tones = dict(strength=1.0, grey_prob=0.15, blur_prob=0.4, noise_prob=0.4, jpeg_prob=0.3)
_pipeline = [dict(_crops, photometric=_tones), _pack]
_sets = [dict(dataset, pipeline=_pipeline) for dataset in _base_.train_dataloader.dataset.datasets]
_sets.append(dict(_sets[0], data_root="{{$SYNLOC_ROOT_MORE:data/mini_more}}"))
train_dataloader = dict(dataset=dict(_delete_=True, type="ConcatDataset", datasets=_sets))
train_cfg = dict(max_epochs=_epochs, val_interval=_epochs)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], end=_epochs, T_max=_epochs - 1)]
default_hooks = dict(checkpoint=dict(interval=_epochs))
load_from = "mmsynloc::demo_synloc-twostage.pth"
