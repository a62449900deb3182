"""What every second stage changes in an upstream RTMPose definition: two points in metres, from crops of SynLoc frames.

In one dict, as ``synloc.py``, on which it builds. The crops' size is the ``input_size`` of the training's data set.
``twostage_pipeline`` is the test pipeline of two stages: the whole frame for the detector, and the frame's own pixels.
"""

_base_ = "./synloc.py"

_synloc = _base_.synloc
_whole_frame = _synloc.val_dataloader.dataset.pipeline
_height_m = 2.5  # what a crop shows: athletes have one scale in all of them
_train_pipeline = [
    dict(type="SynLocAthleteCrops", height_m=_height_m, photometric=dict(strength=0.7)),
    dict(type="PackAthleteCrops"),
]
_val_pipeline = [dict(type="LoadSynLocFrame"), _whole_frame[-1]]
_epochs = 90


def _loader(split, batch_size, shuffle, **kwargs):
    return dict(
        batch_size=batch_size,
        sampler=dict(type="DefaultSampler", shuffle=shuffle),
        dataset=dict(_synloc[f"{split}_dataloader"]["dataset"], **kwargs),
    )


topdown = dict(
    custom_imports=_synloc.custom_imports,
    model=dict(
        type="SynLocTopdownEstimator",
        data_preprocessor=dict(type="SynLocTopdownDataPreprocessor"),
        crop=dict(size=(192, 256), height_m=_height_m),
        head=dict(
            type="GroundSimCCHead",
            out_channels=2,
            loss=dict(_delete_=True, type="SimCCLoss"),
            loss_locsim=dict(type="LocSimLoss"),
            use_geometry=True,
        ),
        test_cfg=dict(flip_test=True, pitch_margin_m=8),
    ),
    # 16 crops of each frame; upstream's learning rate is for 1024
    train_dataloader=_loader(
        "train", 16, True, input_size=(192, 256), with_ground_metric=True, pipeline=_train_pipeline
    ),
    val_dataloader=_loader("val", 4, False, pipeline=_val_pipeline),
    test_dataloader=_loader("test", 4, False, pipeline=_val_pipeline),
    val_evaluator=_synloc.val_evaluator,
    test_evaluator=_synloc.test_evaluator,
    auto_scale_lr=dict(base_batch_size=64),
    # An epoch has four and a half times the crops of one on COCO, for which upstream's 420 are
    train_cfg=dict(max_epochs=_epochs, val_interval=5),
    param_scheduler=[
        dict(type="LinearLR", start_factor=1e-5, by_epoch=False, begin=0, end=1000),
        dict(
            type="CosineAnnealingLR",
            eta_min=2e-4,
            begin=_epochs // 2,
            end=_epochs,
            T_max=_epochs // 2,
            by_epoch=True,
            convert_to_iter_based=True,
        ),
    ],
    default_hooks=_synloc.default_hooks,
    custom_hooks=[
        hook for hook in _synloc.custom_hooks if hook["type"] not in ("SynLocModeSwitchHook", "SyncNormHook")
    ],
    # What a two-stage config gives its test data sets, with the detector's input_size
    twostage_pipeline=[dict(type="LoadSynLocFrame"), *_whole_frame],
)
