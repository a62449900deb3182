"""What every SynLoc config changes in an upstream YOLOX-Pose definition.

All of it stands in the one dict ``synloc``, because MMEngine forbids two bases to set the same key; a config takes
over its entries (see ``yoloxpose_s_synloc.py``). The network's input size is an argument of the data set, from
which every transform takes it.
"""

_metainfo = "{{ fileDirname }}/datasets/synloc.py"
_data_root = "{{$SYNLOC_ROOT:data/SoccerNet/SpiideoSynLoc}}"
_codec = dict(type="PelvisGroundCodec")
_meta_keys = (
    "id",
    "img_id",
    "img_path",
    "ori_shape",
    "img_shape",
    "input_size",
    "input_center",
    "input_scale",
    "annotated_size",
    "camera",
)
_to_targets = [
    dict(type="SynLocHSVRandomAug"),
    dict(type="GenerateTarget", encoder=_codec),
    dict(type="PackSynLocInputs", meta_keys=_meta_keys),
]
_train_pipeline_stage1 = [
    dict(type="SynLocMosaic"),
    dict(
        type="SynLocRandomAffine",
        mode="canvas",
        anchor="corner",
        rotate_factor=10,
        scale_factor=(0.75, 1.0),
        shift_factor=0.1,
    ),
    dict(type="SynLocMixUp", ratio_range=(0.8, 1.6)),
    dict(type="SynLocFlip"),
    dict(type="RenderSynLocImage"),
    *_to_targets,
]
_train_pipeline_stage2 = [
    dict(type="SynLocFitResize"),
    dict(type="SynLocFlip"),
    dict(type="RenderSynLocImage"),
    *_to_targets,
]
_val_pipeline = [
    dict(type="SynLocFitResize"),
    dict(type="RenderSynLocImage"),
    dict(type="PackSynLocInputs", meta_keys=_meta_keys),
]


def _split(name, ann_file, **kwargs):
    return dict(
        _delete_=True,
        type="SynLocDataset",
        data_root=_data_root,
        ann_file=f"annotations/{ann_file}.json",
        data_prefix=dict(img=f"{name}/"),
        input_size=(640, 640),
        **kwargs,
    )


def _evaluator(ann_file, **kwargs):
    return dict(_delete_=True, type="LocSimMetric", ann_file=f"{_data_root}/annotations/{ann_file}.json", **kwargs)


synloc = dict(
    custom_imports=dict(imports=["mmsynloc"], allow_failed_imports=False),
    model=dict(
        type="SynLocPoseEstimator",
        data_preprocessor=dict(
            type="SynLocDataPreprocessor",
            batch_augments=[dict(type="SynLocBatchResize", ratio_range=(0.75, 1.25), size_divisor=32)],
        ),
        head=dict(
            type="YOLOXPoseGroundHead",  # with none of its options: upstream, but safe on empty batches
            num_keypoints=2,
            assigner=dict(oks_calculator=dict(type="PoseOKS", metainfo=_metainfo)),
            loss_oks=dict(metainfo=_metainfo),
        ),
    ),
    train_dataloader=dict(dataset=_split("train", "train", pipeline=_train_pipeline_stage1)),
    val_dataloader=dict(dataset=_split("val", "val", pipeline=_val_pipeline, test_mode=True)),
    test_dataloader=dict(dataset=_split("test", "test", pipeline=_val_pipeline, test_mode=True)),
    val_evaluator=_evaluator("val"),
    test_evaluator=_evaluator("test", score_threshold="val"),
    default_hooks=dict(
        checkpoint=dict(save_best="locsim/AP", rule="greater"),
        visualization=dict(_delete_=True, type="SynLocVisualizationHook", examples=2),
    ),
    visualizer=dict(type="SynLocVisualizer"),
    custom_hooks=[
        dict(
            type="SynLocModeSwitchHook",
            num_last_epochs=20,
            new_train_pipeline=_train_pipeline_stage2,
            priority=48,
        ),
        dict(type="SyncNormHook", priority=48),
        dict(
            type="EMAHook",
            ema_type="ForeachEMA",
            momentum=0.0002,
            update_buffers=True,
            strict_load=False,
            priority=49,
        ),
        dict(type="ScoreThresholdHook"),
        dict(type="NonFiniteLossHook"),
    ],
)
