_act_cfg = dict(inplace=True, type="SiLU")
_by_epoch = dict(by_epoch=True, convert_to_iter_based=True)
_codec = dict(type="PelvisGroundCodec")
_data_root = "/tmp/pytest-of-root/pytest-170/test_notebook__trains_scores_a0/mini"
_epochs = 30
_input = dict(
    dataset=dict(
        input_size=(
            864,
            480,
        )
    )
)
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
_metainfo = "/work/wt-train/mmsynloc/.mim/configs/_base_/datasets/synloc.py"
_to_targets = [
    dict(type="SynLocHSVRandomAug"),
    dict(encoder=dict(type="PelvisGroundCodec"), type="GenerateTarget"),
    dict(
        meta_keys=(
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
        ),
        type="PackSynLocInputs",
    ),
]
_train_pipeline = [
    dict(
        scale_range=(
            0.4,
            0.65,
        ),
        type="SynLocRandomCrop",
    ),
    dict(type="SynLocFlip"),
    dict(type="RenderSynLocImage"),
    dict(type="SynLocHSVRandomAug"),
    dict(encoder=dict(type="PelvisGroundCodec"), type="GenerateTarget"),
    dict(
        meta_keys=(
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
        ),
        type="PackSynLocInputs",
    ),
]
_train_pipeline_stage1 = [
    dict(type="SynLocMosaic"),
    dict(
        anchor="corner",
        mode="canvas",
        rotate_factor=10,
        scale_factor=(
            0.75,
            1.0,
        ),
        shift_factor=0.1,
        type="SynLocRandomAffine",
    ),
    dict(
        ratio_range=(
            0.8,
            1.6,
        ),
        type="SynLocMixUp",
    ),
    dict(type="SynLocFlip"),
    dict(type="RenderSynLocImage"),
    dict(type="SynLocHSVRandomAug"),
    dict(encoder=dict(type="PelvisGroundCodec"), type="GenerateTarget"),
    dict(
        meta_keys=(
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
        ),
        type="PackSynLocInputs",
    ),
]
_train_pipeline_stage2 = [
    dict(type="SynLocFitResize"),
    dict(type="SynLocFlip"),
    dict(type="RenderSynLocImage"),
    dict(type="SynLocHSVRandomAug"),
    dict(encoder=dict(type="PelvisGroundCodec"), type="GenerateTarget"),
    dict(
        meta_keys=(
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
        ),
        type="PackSynLocInputs",
    ),
]
_val_pipeline = [
    dict(type="SynLocFitResize"),
    dict(type="RenderSynLocImage"),
    dict(
        meta_keys=(
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
        ),
        type="PackSynLocInputs",
    ),
]
auto_scale_lr = dict(base_batch_size=256)
backend_args = dict(backend="local")
checkpoint = "https://download.openmmlab.com/mmdetection/v2.0/yolox/yolox_tiny_8x8_300e_coco/yolox_tiny_8x8_300e_coco_20211124_171234-b4047906.pth"
codec = dict(
    _scope_="mmpose",
    input_size=(
        640,
        640,
    ),
    type="YOLOXPoseAnnotationProcessor",
)
custom_hooks = [
    dict(ema_type="ForeachEMA", gamma=50, momentum=0.01, priority=49, type="EMAHook", update_buffers=True),
    dict(type="ScoreThresholdHook"),
    dict(type="NonFiniteLossHook"),
]
custom_imports = dict(
    allow_failed_imports=False,
    imports=[
        "mmsynloc",
    ],
)
data_mode = "bottomup"
data_root = "data/"
dataset_coco = dict(
    _scope_="mmpose",
    ann_file="coco/annotations/person_keypoints_train2017.json",
    data_mode="bottomup",
    data_prefix=dict(img="coco/train2017/"),
    data_root="data/",
    filter_cfg=dict(filter_empty_gt=False, min_size=32),
    pipeline=[
        dict(backend_args=None, type="LoadImage"),
        dict(
            img_scale=(
                640,
                640,
            ),
            pad_val=114.0,
            pre_transform=[
                dict(backend_args=None, type="LoadImage"),
            ],
            type="Mosaic",
        ),
        dict(
            bbox_keep_corner=False,
            clip_border=True,
            distribution="uniform",
            input_size=(
                640,
                640,
            ),
            pad_val=114,
            rotate_factor=10,
            scale_factor=(
                0.75,
                1.0,
            ),
            shift_factor=0.1,
            transform_mode="perspective",
            type="BottomupRandomAffine",
        ),
        dict(
            img_scale=(
                640,
                640,
            ),
            pad_val=114.0,
            pre_transform=[
                dict(backend_args=None, type="LoadImage"),
            ],
            ratio_range=(
                0.8,
                1.6,
            ),
            type="YOLOXMixUp",
        ),
        dict(type="YOLOXHSVRandomAug"),
        dict(type="RandomFlip"),
        dict(by_box=True, by_kpt=True, keep_empty=False, type="FilterAnnotations"),
        dict(
            encoder=dict(
                input_size=(
                    640,
                    640,
                ),
                type="YOLOXPoseAnnotationProcessor",
            ),
            type="GenerateTarget",
        ),
        dict(type="PackPoseInputs"),
    ],
    type="CocoDataset",
)
deepen_factor = 0.33
default_hooks = dict(
    badcase=dict(
        _scope_="mmpose", badcase_thr=5, enable=False, metric_type="loss", out_dir="badcase", type="BadCaseAnalysisHook"
    ),
    checkpoint=dict(type="CheckpointHook"),
    logger=dict(_scope_="mmpose", interval=1, type="LoggerHook"),
    param_scheduler=dict(_scope_="mmpose", type="ParamSchedulerHook"),
    sampler_seed=dict(_scope_="mmpose", type="DistSamplerSeedHook"),
    timer=dict(_scope_="mmpose", type="IterTimerHook"),
    visualization=dict(type="SynLocVisualizationHook"),
)
default_scope = "mmpose"
env_cfg = dict(
    cudnn_benchmark=False, dist_cfg=dict(backend="nccl"), mp_cfg=dict(mp_start_method="fork", opencv_num_threads=0)
)
input_size = (
    416,
    416,
)
launcher = "none"
load_from = "/tmp/pytest-of-root/pytest-170/test_notebook__trains_scores_a0/run/best_locsim_AP_epoch_1.pth"
locsim = dict(
    model=dict(
        head=dict(assigner=dict(type="LocSimAssigner"), loss_locsim=dict(loss_weight=10.0, type="LocSimLoss")),
        test_cfg=dict(ground_nms_radius_m=0.6, nms_mode="ground"),
    ),
    test_dataloader=dict(
        dataset=dict(
            input_size=(
                864,
                480,
            )
        )
    ),
    train_dataloader=dict(
        dataset=dict(
            input_size=(
                864,
                480,
            ),
            with_ground_metric=True,
        )
    ),
    val_dataloader=dict(
        dataset=dict(
            input_size=(
                864,
                480,
            )
        )
    ),
)
log_level = "INFO"
log_processor = dict(_scope_="mmpose", by_epoch=True, num_digits=6, type="LogProcessor", window_size=50)
model = dict(
    _scope_="mmpose",
    backbone=dict(
        act_cfg=dict(inplace=True, type="SiLU"),
        deepen_factor=0.33,
        init_cfg=None,
        norm_cfg=dict(eps=0.001, momentum=0.03, type="BN"),
        out_indices=(
            2,
            3,
            4,
        ),
        spp_kernal_sizes=(
            5,
            9,
            13,
        ),
        type="CSPDarknet",
        widen_factor=0.25,
    ),
    data_preprocessor=dict(
        batch_augments=None,
        mean=[
            0,
            0,
            0,
        ],
        pad_size_divisor=32,
        std=[
            1,
            1,
            1,
        ],
        type="SynLocDataPreprocessor",
    ),
    head=dict(
        assigner=dict(
            dynamic_k_indicator="locsim",
            oks_calculator=dict(
                metainfo="/work/wt-train/mmsynloc/.mim/configs/_base_/datasets/synloc.py", type="PoseOKS"
            ),
            type="LocSimAssigner",
        ),
        featmap_strides=(
            8,
            16,
            32,
        ),
        head_module_cfg=dict(
            act_cfg=dict(inplace=True, type="SiLU"),
            feat_channels=256,
            in_channels=256,
            norm_cfg=dict(eps=0.001, momentum=0.03, type="BN"),
            num_classes=1,
            stacked_convs=2,
            widen_factor=0.25,
        ),
        locsim_calculator=dict(tau_end=3.0),
        loss_bbox=dict(eps=1e-16, loss_weight=5.0, mode="square", reduction="sum", type="IoULoss"),
        loss_bbox_aux=dict(loss_weight=1.0, reduction="sum", type="L1Loss"),
        loss_cls=dict(loss_weight=1.0, reduction="sum", type="BCELoss"),
        loss_kpt_aux=dict(loss_weight=5.0, type="L1Loss", use_target_weight=True),
        loss_locsim=dict(loss_weight=10.0, type="LocSimLoss"),
        loss_obj=dict(loss_weight=1.0, reduction="sum", type="BCELoss", use_target_weight=True),
        loss_oks=dict(
            loss_weight=30.0,
            metainfo="/work/wt-train/mmsynloc/.mim/configs/_base_/datasets/synloc.py",
            norm_target_weight=True,
            reduction="none",
            type="OKSLoss",
        ),
        loss_vis=dict(loss_weight=1.0, reduction="mean", type="BCELoss", use_target_weight=True),
        num_keypoints=2,
        overlaps_power=0.5,
        prior_generator=dict(
            offset=0,
            strides=[
                8,
                16,
                32,
            ],
            type="MlvlPointGenerator",
        ),
        quality="locsim",
        type="YOLOXPoseGroundHead",
        use_aux_loss=True,
    ),
    init_cfg=dict(
        a=2.23606797749979,
        distribution="uniform",
        layer="Conv2d",
        mode="fan_in",
        nonlinearity="leaky_relu",
        type="Kaiming",
    ),
    neck=dict(
        act_cfg=dict(inplace=True, type="SiLU"),
        in_channels=[
            64,
            128,
            256,
        ],
        norm_cfg=dict(eps=0.001, momentum=0.03, type="BN"),
        num_csp_blocks=1,
        out_channels=64,
        type="YOLOXPAFPN",
        upsample_cfg=dict(mode="nearest", scale_factor=2),
        use_depthwise=False,
    ),
    test_cfg=dict(ground_nms_radius_m=0.6, nms_mode="ground", nms_thr=0.65, score_thr=0.01),
    type="SynLocPoseEstimator",
)
optim_wrapper = None
param_scheduler = None
resume = False
short = dict(
    cosine=dict(begin=1, by_epoch=True, convert_to_iter_based=True, eta_min=1e-05, type="CosineAnnealingLR"),
    ema=dict(ema_type="ForeachEMA", gamma=50, momentum=0.01, priority=49, type="EMAHook", update_buffers=True),
    head=dict(loss_kpt_aux=dict(loss_weight=5.0, type="L1Loss", use_target_weight=True), use_aux_loss=True),
    loader=dict(num_workers=0, persistent_workers=False, pin_memory=False),
    optim_wrapper=dict(clip_grad=dict(max_norm=5), optimizer=dict(lr=0.002)),
    warm_up=dict(begin=0, by_epoch=True, convert_to_iter_based=True, end=1, start_factor=0.1, type="LinearLR"),
)
synloc = dict(
    custom_hooks=[
        dict(
            new_train_pipeline=[
                dict(type="SynLocFitResize"),
                dict(type="SynLocFlip"),
                dict(type="RenderSynLocImage"),
                dict(type="SynLocHSVRandomAug"),
                dict(encoder=dict(type="PelvisGroundCodec"), type="GenerateTarget"),
                dict(
                    meta_keys=(
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
                    ),
                    type="PackSynLocInputs",
                ),
            ],
            num_last_epochs=20,
            priority=48,
            type="SynLocModeSwitchHook",
        ),
        dict(priority=48, type="SyncNormHook"),
        dict(
            ema_type="ForeachEMA", momentum=0.0002, priority=49, strict_load=False, type="EMAHook", update_buffers=True
        ),
        dict(type="ScoreThresholdHook"),
        dict(type="NonFiniteLossHook"),
    ],
    custom_imports=dict(
        allow_failed_imports=False,
        imports=[
            "mmsynloc",
        ],
    ),
    default_hooks=dict(
        checkpoint=dict(rule="greater", save_best="locsim/AP"),
        visualization=dict(_delete_=True, type="SynLocVisualizationHook"),
    ),
    model=dict(
        data_preprocessor=dict(
            batch_augments=[
                dict(
                    ratio_range=(
                        0.75,
                        1.25,
                    ),
                    size_divisor=32,
                    type="SynLocBatchResize",
                ),
            ],
            type="SynLocDataPreprocessor",
        ),
        head=dict(
            assigner=dict(
                oks_calculator=dict(
                    metainfo="/work/wt-train/mmsynloc/.mim/configs/_base_/datasets/synloc.py", type="PoseOKS"
                )
            ),
            loss_oks=dict(metainfo="/work/wt-train/mmsynloc/.mim/configs/_base_/datasets/synloc.py"),
            num_keypoints=2,
            type="YOLOXPoseGroundHead",
        ),
        type="SynLocPoseEstimator",
    ),
    test_dataloader=dict(
        dataset=dict(
            _delete_=True,
            ann_file="annotations/test.json",
            data_prefix=dict(img="test/"),
            data_root="/tmp/pytest-of-root/pytest-170/test_notebook__trains_scores_a0/mini",
            input_size=(
                640,
                640,
            ),
            pipeline=[
                dict(type="SynLocFitResize"),
                dict(type="RenderSynLocImage"),
                dict(
                    meta_keys=(
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
                    ),
                    type="PackSynLocInputs",
                ),
            ],
            test_mode=True,
            type="SynLocDataset",
        )
    ),
    test_evaluator=dict(
        _delete_=True,
        ann_file="/tmp/pytest-of-root/pytest-170/test_notebook__trains_scores_a0/mini/annotations/test.json",
        score_threshold="val",
        type="LocSimMetric",
    ),
    train_dataloader=dict(
        dataset=dict(
            _delete_=True,
            ann_file="annotations/train.json",
            data_prefix=dict(img="train/"),
            data_root="/tmp/pytest-of-root/pytest-170/test_notebook__trains_scores_a0/mini",
            input_size=(
                640,
                640,
            ),
            pipeline=[
                dict(type="SynLocMosaic"),
                dict(
                    anchor="corner",
                    mode="canvas",
                    rotate_factor=10,
                    scale_factor=(
                        0.75,
                        1.0,
                    ),
                    shift_factor=0.1,
                    type="SynLocRandomAffine",
                ),
                dict(
                    ratio_range=(
                        0.8,
                        1.6,
                    ),
                    type="SynLocMixUp",
                ),
                dict(type="SynLocFlip"),
                dict(type="RenderSynLocImage"),
                dict(type="SynLocHSVRandomAug"),
                dict(encoder=dict(type="PelvisGroundCodec"), type="GenerateTarget"),
                dict(
                    meta_keys=(
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
                    ),
                    type="PackSynLocInputs",
                ),
            ],
            type="SynLocDataset",
        )
    ),
    val_dataloader=dict(
        dataset=dict(
            _delete_=True,
            ann_file="annotations/val.json",
            data_prefix=dict(img="val/"),
            data_root="/tmp/pytest-of-root/pytest-170/test_notebook__trains_scores_a0/mini",
            input_size=(
                640,
                640,
            ),
            pipeline=[
                dict(type="SynLocFitResize"),
                dict(type="RenderSynLocImage"),
                dict(
                    meta_keys=(
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
                    ),
                    type="PackSynLocInputs",
                ),
            ],
            test_mode=True,
            type="SynLocDataset",
        )
    ),
    val_evaluator=dict(
        _delete_=True,
        ann_file="/tmp/pytest-of-root/pytest-170/test_notebook__trains_scores_a0/mini/annotations/val.json",
        type="LocSimMetric",
    ),
)
test_cfg = dict()
test_dataloader = dict(
    batch_size=1,
    dataset=dict(
        ann_file="annotations/challenge_public.json",
        data_prefix=dict(img="challenge/"),
        data_root="/tmp/pytest-of-root/pytest-170/test_notebook__trains_scores_a0/mini",
        input_size=[
            192,
            128,
        ],
        pipeline=[
            dict(type="SynLocFitResize"),
            dict(type="RenderSynLocImage"),
            dict(
                meta_keys=(
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
                ),
                type="PackSynLocInputs",
            ),
        ],
        test_mode=True,
        type="SynLocDataset",
    ),
    drop_last=False,
    num_workers=0,
    persistent_workers=False,
    pin_memory=False,
    sampler=dict(_scope_="mmpose", round_up=False, shuffle=False, type="DefaultSampler"),
)
test_evaluator = dict(format_only=True, outfile_prefix="/tmp/tmpaxahzj6c/results", type="LocSimMetric")
train_cfg = None
train_dataloader = None
train_pipeline_stage1 = [
    dict(_scope_="mmpose", backend_args=None, type="LoadImage"),
    dict(
        _scope_="mmpose",
        img_scale=(
            640,
            640,
        ),
        pad_val=114.0,
        pre_transform=[
            dict(backend_args=None, type="LoadImage"),
        ],
        type="Mosaic",
    ),
    dict(
        _scope_="mmpose",
        bbox_keep_corner=False,
        clip_border=True,
        distribution="uniform",
        input_size=(
            640,
            640,
        ),
        pad_val=114,
        rotate_factor=10,
        scale_factor=(
            0.75,
            1.0,
        ),
        shift_factor=0.1,
        transform_mode="perspective",
        type="BottomupRandomAffine",
    ),
    dict(_scope_="mmpose", type="YOLOXHSVRandomAug"),
    dict(_scope_="mmpose", type="RandomFlip"),
    dict(_scope_="mmpose", by_box=True, by_kpt=True, keep_empty=False, type="FilterAnnotations"),
    dict(
        _scope_="mmpose",
        encoder=dict(
            input_size=(
                640,
                640,
            ),
            type="YOLOXPoseAnnotationProcessor",
        ),
        type="GenerateTarget",
    ),
    dict(
        _scope_="mmpose",
        extra_mapping_labels=dict(
            area="areas",
            bbox="bboxes",
            bbox_labels="labels",
            keypoints="keypoints",
            keypoints_visible="keypoints_visible",
        ),
        type="PackPoseInputs",
    ),
]
train_pipeline_stage2 = [
    dict(_scope_="mmpose", type="LoadImage"),
    dict(
        _scope_="mmpose",
        bbox_keep_corner=False,
        clip_border=True,
        input_size=(
            640,
            640,
        ),
        pad_val=(
            114,
            114,
            114,
        ),
        rotate_prob=0,
        scale_prob=0,
        scale_type="long",
        shift_prob=0,
        type="BottomupRandomAffine",
    ),
    dict(_scope_="mmpose", type="YOLOXHSVRandomAug"),
    dict(_scope_="mmpose", type="RandomFlip"),
    dict(_scope_="mmpose", by_box=True, by_kpt=True, keep_empty=False, type="FilterAnnotations"),
    dict(
        _scope_="mmpose",
        encoder=dict(
            input_size=(
                640,
                640,
            ),
            type="YOLOXPoseAnnotationProcessor",
        ),
        type="GenerateTarget",
    ),
    dict(_scope_="mmpose", type="PackPoseInputs"),
]
val_cfg = None
val_dataloader = None
val_evaluator = None
val_pipeline = [
    dict(_scope_="mmpose", type="LoadImage"),
    dict(
        _scope_="mmpose",
        input_size=(
            416,
            416,
        ),
        pad_val=(
            114,
            114,
            114,
        ),
        type="BottomupResize",
    ),
    dict(
        _scope_="mmpose",
        meta_keys=(
            "id",
            "img_id",
            "img_path",
            "ori_shape",
            "img_shape",
            "input_size",
            "input_center",
            "input_scale",
        ),
        type="PackPoseInputs",
    ),
]
vis_backends = [
    dict(_scope_="mmpose", type="LocalVisBackend"),
]
visualizer = dict(
    _scope_="mmpose",
    name="visualizer0",
    type="PoseLocalVisualizer",
    vis_backends=[
        dict(type="LocalVisBackend"),
    ],
)
widen_factor = 0.25
work_dir = "work_dirs/demo_synloc"
