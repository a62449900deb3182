# Whole frames, moved, turned and scaled, without mixing images.
_base_ = "../yoloxpose_s_synloc.py"

_train_pipeline = [
    dict(type="SynLocRandomAffine", rotate_factor=10, scale_factor=(0.75, 1.5), shift_factor=0.1),
    dict(type="SynLocFlip"),
    dict(type="RenderSynLocImage"),
    *_base_.synloc.train_dataloader.dataset.pipeline[-3:],
]
train_dataloader = dict(dataset=dict(pipeline=_train_pipeline))
