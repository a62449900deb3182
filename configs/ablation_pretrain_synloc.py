"""What the trainings of the ablation start from, in place of the COCO weights that upstream's recipe starts from.

Those have other widths, and a training of minutes cannot do without. Trained with upstream's losses on windows of
another mini data set; only the backbone is taken over, as upstream does it.
"""

_base_ = "./demo_synloc.py"

_train_pipeline = [
    dict(type="SynLocRandomCrop", scale_range=(0.15, 0.45)),
    *_base_.train_dataloader.dataset.pipeline[1:],
]

train_dataloader = dict(
    batch_size=16, num_workers=0, persistent_workers=False, pin_memory=False, dataset=dict(pipeline=_train_pipeline)
)
train_cfg = dict(max_epochs=60)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, by_epoch=True, begin=0, end=2, convert_to_iter_based=True),
    dict(type="CosineAnnealingLR", eta_min=1e-5, by_epoch=True, begin=2, end=60, T_max=58, convert_to_iter_based=True),
]
default_hooks = dict(checkpoint=dict(interval=60))
