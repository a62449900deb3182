"""What every SynLoc config changes in a definition of MMDetection.

The dict ``detection`` is for all of them, as in ``synloc.py``; ``detection_parts`` for lists, which a config restates.
Athletes are the one class; the position of one is the middle of its box's lower edge, as in the baseline of the data
set's paper.
"""

_data_root = "{{$SYNLOC_ROOT:data/SoccerNet/SpiideoSynLoc}}"
_to_inputs = [
    # Only the whole frame of the last epochs is not of the input's size yet.
    dict(type="SynLocFitResize", anchor="corner"),
    dict(type="SynLocFlip"),
    dict(type="RenderSynLocImage"),
    dict(type="SynLocHSVRandomAug"),
    dict(type="PackSynLocDetInputs"),
]
_train_pipeline = [
    dict(type="SynLocMosaic"),
    dict(type="SynLocRandomAffine", mode="canvas", scale_factor=(0.5, 1.5)),
    dict(type="SynLocMixUp", ratio_range=(0.8, 1.6)),
    *_to_inputs,
]
_test_pipeline = [
    # By this transform DetInferencer knows where to put an image; tags are ignored as everywhere else.
    dict(type="LoadImageFromFile", imdecode_backend="cv2", color_type="color_ignore_orientation"),
    dict(type="SynLocFitResize", anchor="corner"),
    dict(type="RenderSynLocImage"),
    dict(type="PackSynLocDetInputs", with_labels=False),
]


def _split(name, **kwargs):
    return dict(
        _delete_=True,
        type="SynLocDataset",
        data_root=_data_root,
        ann_file=f"annotations/{name}.json",
        data_prefix=dict(img=f"{name}/"),
        input_size=(640, 640),
        **kwargs,
    )


def _evaluator(name, **kwargs):
    return dict(
        _delete_=True,
        type="LocSimMetric",
        ann_file=f"{_data_root}/annotations/{name}.json",
        position_from="bbox",
        pixel_corners=True,
        **kwargs,
    )


detection = dict(
    custom_imports=dict(imports=["mmsynloc"], allow_failed_imports=False),
    model=dict(bbox_head=dict(num_classes=1)),
    train_dataloader=dict(dataset=_split("train", pipeline=_train_pipeline)),
    val_dataloader=dict(dataset=_split("val", pipeline=_test_pipeline, test_mode=True)),
    test_dataloader=dict(dataset=_split("test", pipeline=_test_pipeline, test_mode=True)),
    val_evaluator=_evaluator("val"),
    test_evaluator=_evaluator("test", score_threshold="val"),
    default_hooks=dict(
        checkpoint=dict(save_best="locsim/AP", rule="greater"),
        visualization=dict(_delete_=True, type="SynLocVisualizationHook", examples=2),
    ),
)
detection_parts = dict(
    hooks=[dict(type="ScoreThresholdHook"), dict(type="NonFiniteLossHook")],
    mixing_transforms=("SynLocMosaic", "SynLocRandomAffine", "SynLocMixUp"),  # not in the last epochs
    whole_frames=_to_inputs,
)
