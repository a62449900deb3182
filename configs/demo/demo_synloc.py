"""A small model that learns the embedded data set from scratch in minutes on a CPU (``make demo``).

It trains in metres, on windows of the frame around athletes, at the resolution of the Full HD files, and sees whole
frames at test time: most of a frame is empty grass, so this is where the seconds of a CPU are best spent.
"""

_base_ = ["../yoloxpose_nano_synloc.py", "../_base_/locsim.py", "../_base_/short.py"]

_epochs = 30
_train_pipeline = [*_base_.short.full_hd_windows, *_base_.synloc.train_dataloader.dataset.pipeline[-3:]]

model = dict(
    data_preprocessor=dict(batch_augments=None),
    head=dict(
        dict(_base_.locsim.model.head, **_base_.short.head),
        # From scratch the first steps count: a wide LocSim ranks predictions that are still poor.
        locsim_calculator=dict(tau_end=3.0),
    ),
    test_cfg=_base_.locsim.model.test_cfg,
)
train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    dataset=dict(input_size=(256, 256), with_ground_metric=True, pipeline=_train_pipeline),
)
val_dataloader = dict(num_workers=1, dataset=dict(input_size=(1920, 1088)))
test_dataloader = dict(num_workers=1, dataset=dict(input_size=(1920, 1088)))

train_cfg = dict(max_epochs=_epochs, val_interval=_epochs, dynamic_intervals=None)
optim_wrapper = _base_.short.optim_wrapper
auto_scale_lr = dict(base_batch_size=8)
param_scheduler = [_base_.short.warm_up, dict(_base_.short.cosine, end=_epochs, T_max=_epochs - 1)]
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=_epochs))
custom_hooks = [_base_.short.ema, dict(type="ScoreThresholdHook"), dict(type="NonFiniteLossHook")]
