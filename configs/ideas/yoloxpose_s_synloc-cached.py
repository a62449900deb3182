# Mosaic and MixUp draw from the images that a worker decoded last: several times the samples a second on 4K files.
_base_ = "../yoloxpose_s_synloc.py"

_pipeline = [dict(type="SynLocImageCache"), *_base_.train_dataloader.dataset.pipeline]
train_dataloader = dict(dataset=dict(pipeline=_pipeline))
