"""The budget of the ablation's rows that train on windows, as ``demo_synloc.py`` does: 360 steps of 8 windows.

Half of the pixels of the rows on whole frames: windows are cut around athletes, at the resolution of Full HD
files, and whole frames are only seen at test time.
"""

_base_ = "./ablation_synloc.py"

_epochs = 12
_train_pipeline = [*_base_.short.full_hd_windows, *_base_.synloc.train_dataloader.dataset.pipeline[-3:]]

model = dict(
    data_preprocessor=dict(batch_augments=None),
    head=dict(_base_.short.head, assigner=dict(type="LocSimAssigner")),
)
train_dataloader = dict(batch_size=8, dataset=dict(input_size=(256, 256), pipeline=_train_pipeline))
val_dataloader = test_dataloader = dict(dataset=dict(input_size=(1920, 1088)))

train_cfg = dict(max_epochs=_epochs, val_interval=_epochs)
param_scheduler = [_base_.short.warm_up, dict(_base_.short.cosine, end=_epochs, T_max=_epochs - 1)]
default_hooks = dict(checkpoint=dict(interval=_epochs))
custom_hooks = _base_.custom_hooks[1:]  # no mode switch
