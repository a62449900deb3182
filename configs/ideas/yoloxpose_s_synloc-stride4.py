# One more level, of stride 4, for athletes far away.
_base_ = "../yoloxpose_s_synloc.py"

model = dict(
    backbone=dict(out_indices=(1, 2, 3, 4)),
    neck=dict(in_channels=[64, 128, 256, 512]),
    head=dict(featmap_strides=(4, 8, 16, 32), prior_generator=dict(strides=[4, 8, 16, 32])),
)
train_dataloader = dict(batch_size=16)
