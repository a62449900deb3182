"""A small model that learns the embedded data set from scratch in minutes on a CPU (``make demo``).

It trains on windows of the frame around athletes, at the resolution of the Full HD files, and sees whole frames at
test time: most of a frame is empty grass, so this is where the seconds of a CPU are best spent.
"""

_base_ = "./yoloxpose_nano_synloc.py"

_to_targets = _base_.synloc.train_dataloader.dataset.pipeline[-3:]
_train_pipeline = [
    dict(type="SynLocRandomCrop", scale_range=(0.4, 0.65)),
    dict(type="SynLocFlip"),
    dict(type="RenderSynLocImage"),
    *_to_targets,
]

model = dict(
    data_preprocessor=dict(batch_augments=None),
    head=dict(use_aux_loss=True, loss_kpt_aux=dict(type="L1Loss", use_target_weight=True, loss_weight=5.0)),
)
train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    dataset=dict(input_size=(256, 256), pipeline=_train_pipeline),
)
val_dataloader = dict(num_workers=1, dataset=dict(input_size=(1920, 1088)))
test_dataloader = dict(num_workers=1, dataset=dict(input_size=(1920, 1088)))

train_cfg = dict(max_epochs=12, val_interval=12, dynamic_intervals=None)
optim_wrapper = dict(optimizer=dict(lr=0.002), clip_grad=dict(max_norm=5))
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, by_epoch=True, begin=0, end=1, convert_to_iter_based=True),
    dict(type="CosineAnnealingLR", eta_min=1e-5, by_epoch=True, begin=1, end=12, T_max=11, convert_to_iter_based=True),
]
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=12))
custom_hooks = [
    dict(type="EMAHook", ema_type="ExpMomentumEMA", momentum=0.01, gamma=50, update_buffers=True, priority=49),
    dict(type="ScoreThresholdHook"),
]
