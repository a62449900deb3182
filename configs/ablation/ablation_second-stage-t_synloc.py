# RTMPose's t in the budget of steps of ablation_second-stage_synloc.py: crops of 192 x 256, a backbone to stride 32.
_base_ = "./ablation_second-stage_synloc.py"

_size = (192, 256)
_codec = dict(type="SimCCLabel", input_size=_size, sigma=(4.9, 5.66), simcc_split_ratio=2.0, normalize=False)
model = dict(
    backbone=dict(deepen_factor=0.167, widen_factor=0.375, arch_ovewrite=None, out_indices=(4,)),
    crop=dict(size=_size),
    head=dict(in_channels=384, input_size=_size, in_featuremap_size=(6, 8), decoder=_codec),
)
train_dataloader = dict(dataset=dict(input_size=_size))
