# Three eighths of the width, to stride 16, on crops of 96 x 128: for trials without a GPU. Upstream has no such size.
_base_ = ["./rtmpose_t_synloc.py", "../_base_/short.py"]

_size = (96, 128)
_epochs = 12
_codec = dict(type="SimCCLabel", input_size=_size, sigma=(3.0, 3.0), simcc_split_ratio=2.0, normalize=False)

model = dict(
    backbone=dict(
        widen_factor=0.375,
        deepen_factor=0.33,
        arch_ovewrite=[[64, 128, 3, True, False], [128, 256, 6, True, False], [256, 512, 6, True, True]],
        out_indices=(3,),
        norm_cfg=dict(type="BN"),
        init_cfg=None,
    ),
    crop=dict(size=_size),
    head=dict(
        in_channels=192,
        input_size=_size,
        in_featuremap_size=(6, 8),
        decoder=_codec,
    ),
)
_train_pipeline = [
    dict(
        type="SynLocAthleteCrops",
        crops_per_image=24,
        height_m=_base_.model.crop.height_m,
        photometric=dict(strength=0.7),
    ),
    dict(type="PackAthleteCrops"),
]
train_dataloader = dict(batch_size=6, num_workers=1, dataset=dict(input_size=_size, pipeline=_train_pipeline))
val_dataloader = dict(num_workers=1)
test_dataloader = dict(num_workers=1)
train_cfg = dict(max_epochs=_epochs, val_interval=_epochs)
optim_wrapper = _base_.short.optim_wrapper
auto_scale_lr = dict(base_batch_size=6)
param_scheduler = [_base_.short.warm_up, dict(_base_.short.cosine, end=_epochs, T_max=_epochs - 1)]
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=_epochs))
custom_hooks = [_base_.short.ema, dict(type="ScoreThresholdHook"), dict(type="NonFiniteLossHook")]
