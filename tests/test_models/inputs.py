"""Labelled samples, heads and planted predictions for the tests of models."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from mmengine.model import bias_init_with_prob
from mmengine.registry import DefaultScope
from mmengine.structures import InstanceData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmsynloc.datasets.synloc_dataset import METAINFO_FILE
from mmsynloc.models.structures import HeadOutputs
from tests.synloc_files import ANNOTATED_SIZE, camera

INPUT_SIZE = (320, 192)  # half of the annotated size, with 6 px of bars above and below
CHANNELS = 16
_SCALE = 0.5
_SHIFT = np.array([(_SCALE - 1) / 2, (_SCALE - 1) / 2 + 6])


def to_input_px(points_px: np.ndarray) -> np.ndarray:
    """Annotated to input pixels."""
    return points_px * _SCALE + _SHIFT


def metainfo() -> dict[str, Any]:
    """What PackPoseInputs gives of a frame of ``tests.synloc_files``."""
    scale = np.array(INPUT_SIZE) / _SCALE
    lens = camera()
    return dict(
        img_id=7,
        annotated_size=ANNOTATED_SIZE,
        input_size=INPUT_SIZE,
        input_scale=scale,
        input_center=0.5 * scale - _SHIFT / _SCALE,
        camera=dict(camera_matrix=lens.camera_matrix, dist_poly=lens.dist_poly, undist_poly=lens.undist_poly),
    )


def keypoints_px(positions_m: Any) -> np.ndarray:
    """Pelvis and pelvis_ground (N, 2, 2) in input px of people at positions (N, 2)."""
    positions = np.asarray(positions_m, dtype=np.float64).reshape(-1, 2)
    heights = np.repeat([[[0.9], [0.0]]], len(positions), axis=0)
    points = np.concatenate([np.repeat(positions[:, None], 2, axis=1), heights], axis=-1)
    return to_input_px(camera().pitch_to_pixel(points.reshape(-1, 3)).points).reshape(-1, 2, 2)


def boxes_xyxy(keypoints: np.ndarray) -> np.ndarray:
    """Boxes (N, 4) around people of whom pelvis and pelvis_ground are known."""
    pelvis, ground = keypoints[:, 0], keypoints[:, 1]
    height = 2 * np.abs(ground - pelvis)[:, 1]
    return np.stack([ground[:, 0] - height / 5, ground[:, 1] - height, ground[:, 0] + height / 5, ground[:, 1]], 1)


def data_sample(positions_m: Any, with_metric: bool = True) -> PoseDataSample:
    """A training sample with people at positions (N, 2)."""
    keypoints = keypoints_px(positions_m)
    boxes = boxes_xyxy(keypoints)
    labels = InstanceData()
    labels.bboxes = torch.tensor(boxes, dtype=torch.float32)
    labels.labels = torch.zeros(len(boxes), dtype=torch.long)
    labels.keypoints = torch.tensor(keypoints, dtype=torch.float32)
    labels.keypoints_visible = torch.ones(len(boxes), 2)
    labels.areas = (labels.bboxes[:, 2:] - labels.bboxes[:, :2]).prod(1) / 2
    if with_metric:
        metric = camera().pixel_to_metre((keypoints[:, 1] - _SHIFT) / _SCALE) / _SCALE
        labels.pixel_to_metre = torch.tensor(metric, dtype=torch.float32).nan_to_num()
    return PoseDataSample(gt_instance_labels=labels, metainfo=metainfo())


def crowd(count: int, **kwargs: Any) -> PoseDataSample:
    """A sample with so many people all over the pitch, always the same."""
    rng = np.random.default_rng(count)
    return data_sample(rng.uniform([-30, -25], [30, 25], (count, 2)), **kwargs)


def head_config(**changes: Any) -> dict[str, Any]:
    """A small head with the losses of the configs."""
    config = dict(
        type="YOLOXPoseSimCCHead",
        num_keypoints=2,
        featmap_strides=(8, 16, 32),
        head_module_cfg=dict(num_classes=1, in_channels=CHANNELS, feat_channels=CHANNELS),
        prior_generator=dict(type="MlvlPointGenerator", offset=0, strides=[8, 16, 32]),
        assigner=dict(
            type="SimOTAAssigner",
            dynamic_k_indicator="oks",
            oks_calculator=dict(type="PoseOKS", metainfo=str(METAINFO_FILE)),
        ),
        overlaps_power=0.5,
        loss_cls=dict(type="BCELoss", reduction="sum"),
        loss_bbox=dict(type="IoULoss", mode="square", eps=1e-16, reduction="sum", loss_weight=5.0),
        loss_obj=dict(type="BCELoss", use_target_weight=True, reduction="sum"),
        loss_oks=dict(
            type="OKSLoss", reduction="none", metainfo=str(METAINFO_FILE), norm_target_weight=True, loss_weight=30.0
        ),
        loss_vis=dict(type="BCELoss", use_target_weight=True, reduction="mean"),
        loss_bbox_aux=dict(type="L1Loss", reduction="sum"),
    )
    return {**config, **changes}


def all_options() -> dict[str, Any]:
    """Every option of the head that acts in training."""
    return dict(
        loss_locsim=dict(type="LocSimLoss"),
        quality="locsim",
        assigner={**head_config()["assigner"], "type": "LocSimAssigner", "dynamic_k_indicator": "locsim"},
        simcc=dict(),
        loss_simcc=dict(type="SimCCLoss"),
    )


def build_head(**changes: Any) -> torch.nn.Module:
    """The head of :func:`head_config`, with the same weights at each call."""
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope("mmpose"):
        head = MODELS.build(head_config(**changes))
    for conv in (*head.head_module.out_cls, *head.head_module.out_obj):
        torch.nn.init.constant_(conv.bias, bias_init_with_prob(0.01))  # as in init_weights
    return head


def features(batch_size: int = 1, seed: int = 0) -> tuple[Tensor, ...]:
    """Features of the three levels."""
    generator = torch.Generator().manual_seed(seed)
    width, height = INPUT_SIZE
    shapes = [(batch_size, CHANNELS, height // s, width // s) for s in (8, 16, 32)]
    return tuple(torch.randn(shape, generator=generator) for shape in shapes)


def total(losses: dict[str, Tensor]) -> Tensor:
    """The scalar that is trained on, as in ``parse_losses``."""
    return sum(value.mean() for name, value in losses.items() if "loss" in name)


def planted_outputs(detections: list[dict[str, Any]]) -> HeadOutputs:
    """Raw outputs of the head module that decode to just these detections, on level 0 (stride 8).

    Args:
        detections: each with ``box`` (4,) and ``keypoints`` (2, 2) in px, ``score``, and maybe ``cell`` (column, row).
    """
    width, height = INPUT_SIZE
    shapes = [(height // s, width // s) for s in (8, 16, 32)]
    scores, objectness = ([torch.full((1, 1, *shape), -30.0) for shape in shapes] for _ in range(2))
    boxes, offsets, visible = ([torch.zeros(1, c, *shape) for shape in shapes] for c in (4, 4, 2))
    for detection in detections:
        x1, y1, x2, y2 = detection["box"]
        points = np.asarray(detection["keypoints"])
        column, row = detection.get("cell") or (round((x1 + x2) / 16), round((y1 + y2) / 16))
        prior = np.array([column * 8, row * 8])
        at = (0, slice(None), row, column)
        scores[0][at] = math.log(detection["score"] / (1 - detection["score"]))
        objectness[0][at] = 30.0
        box = [(x1 + x2) / 2 - prior[0], (y1 + y2) / 2 - prior[1]]
        boxes[0][at] = torch.tensor([*(v / 8 for v in box), math.log((x2 - x1) / 8), math.log((y2 - y1) / 8)])
        offsets[0][at] = torch.tensor(((points - prior) / 8).ravel(), dtype=torch.float32)
    pose_features = [torch.zeros(1, CHANNELS, *shape) for shape in shapes]
    return HeadOutputs(scores, objectness, boxes, offsets, visible, pose_features)


def person(position_m: tuple[float, float], score: float, **changes: Any) -> dict[str, Any]:
    """A planted detection of someone at a position."""
    keypoints = keypoints_px([position_m])
    return dict(box=boxes_xyxy(keypoints)[0], keypoints=keypoints[0], score=score) | changes
