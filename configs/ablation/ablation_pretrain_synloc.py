"""What the trainings of the ablation start from, in place of the COCO weights that upstream's recipe starts from.

Those have other widths, and a training of minutes needs such weights. Trained with upstream's losses on windows of
another mini data set; only the backbone is taken over, as upstream does it.
"""

_base_ = ["../yoloxpose_nano_synloc.py", "../_base_/short.py"]

_epochs = 60
_train_pipeline = [
    dict(type="SynLocRandomCrop", scale_range=(0.15, 0.45)),
    dict(type="SynLocFlip"),
    dict(type="RenderSynLocImage"),
    *_base_.synloc.train_dataloader.dataset.pipeline[-3:],
]

model = dict(data_preprocessor=dict(batch_augments=None), head=_base_.short.head)
train_dataloader = dict(
    batch_size=16, dataset=dict(input_size=(256, 256), pipeline=_train_pipeline), **_base_.short.loader
)
train_cfg = dict(max_epochs=_epochs, val_interval=_epochs, dynamic_intervals=None)
optim_wrapper = _base_.short.optim_wrapper
param_scheduler = [
    dict(_base_.short.warm_up, end=2),
    dict(_base_.short.cosine, begin=2, end=_epochs, T_max=_epochs - 2),
]
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=_epochs))
custom_hooks = [_base_.short.ema, dict(type="ScoreThresholdHook")]
