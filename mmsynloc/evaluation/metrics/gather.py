"""Predictions out of the data samples of MMPose and MMDetection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from mmsynloc.evaluation.functional import MAX_DETECTIONS
from mmsynloc.files import Detections
from mmsynloc.structures import scale_points_px
from mmsynloc.structures.boxes import to_xywh
from mmsynloc.utils import UserError

__all__ = ["gather_predictions"]

_DECIMALS = 3  # 0.001 px is 0.3 mm on the ground at worst; results files stay small
_DECIMALS_3D = 4  # 0.1 mm


def _array(values: Any) -> np.ndarray:
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu().numpy()
    return np.asarray(values, dtype=np.float64)


def _keypoints(instances: Mapping[str, Any]) -> np.ndarray | None:
    """Keypoints (N, K, 3) with their scores, 1 where the model gives none."""
    if "keypoints" not in instances:
        return None
    points = _array(instances["keypoints"])[..., :2]
    if not points.size:
        return np.zeros((0, 1, 3))
    scores = _array(instances["keypoint_scores"]) if "keypoint_scores" in instances else np.ones(points.shape[:-1])
    return np.concatenate([points, scores.reshape(*points.shape[:-1], 1)], axis=-1)


def _scores(instances: Mapping[str, Any]) -> np.ndarray:
    for name in ("bbox_scores", "scores"):
        if name in instances:
            return _array(instances[name])
    raise UserError("pred_instances have neither bbox_scores nor scores")


def _scale_to_annotation(
    sample: Mapping[str, Any],
    sizes: Mapping[int, tuple[float, float]],
    boxes_xyxy: np.ndarray | None,
    keypoints: np.ndarray | None,
) -> tuple[np.ndarray | None, np.ndarray | None]:
    if sample["img_id"] not in sizes:
        raise UserError(f"image {sample['img_id']} is not in the annotation file")
    height, width = sample["ori_shape"][:2]
    scale = np.array(sizes[sample["img_id"]]) / (width, height)
    if boxes_xyxy is not None:
        boxes_xyxy = scale_points_px(boxes_xyxy.reshape(-1, 2, 2), scale).reshape(-1, 4)
    if keypoints is not None:
        keypoints = np.concatenate([scale_points_px(keypoints[..., :2], scale), keypoints[..., 2:]], axis=-1)
    return boxes_xyxy, keypoints


def gather_predictions(
    sample: Mapping[str, Any],
    person_label: int = 0,
    image_sizes: Mapping[int, tuple[float, float]] | None = None,
    pixel_corners: bool = False,
) -> Detections:
    """The detections of one data sample, best first and at most as many as the evaluation uses.

    Coordinates are rounded to 0.001 px here, so that a results file scores exactly as the run that wrote it.

    Args:
        sample: a data sample as dict; see :meth:`LocSimMetric.process`.
        person_label: detections with another label are left out.
        image_sizes: annotated ``(width, height)`` by image id, if the predictions are in pixels of ``ori_shape``.
        pixel_corners: the boxes count from the image's corner in place of the first pixel's centre.

    Raises:
        UserError: predictions without scores, or ``pred_instances`` or ``img_id`` missing.
    """
    for name in ("img_id", "pred_instances"):
        if name not in sample:
            raise UserError(f"a data sample has no {name}")
    instances = sample["pred_instances"]
    scores, keypoints = _scores(instances), _keypoints(instances)
    boxes = _array(instances["bboxes"]).reshape(-1, 4) if "bboxes" in instances else None
    if pixel_corners and boxes is not None:
        boxes = boxes - 0.5
    if image_sizes is not None:
        boxes, keypoints = _scale_to_annotation(sample, image_sizes, boxes, keypoints)
    positions = None
    if "position_on_pitch" in instances:
        positions = _array(instances["position_on_pitch"]).reshape(len(scores), -1)[:, :2]
    if boxes is not None:
        boxes = np.round(to_xywh(boxes), _DECIMALS)
    if keypoints is not None:
        keypoints = np.round(keypoints, _DECIMALS)
    keypoints_3d = None
    if "keypoints_3d" in instances:
        keypoints_3d = np.round(_array(instances["keypoints_3d"])[..., :3], _DECIMALS_3D)
    rows = np.argsort(-scores, kind="stable")
    if "labels" in instances:
        rows = rows[_array(instances["labels"])[rows] == person_label]
    rows = rows[:MAX_DETECTIONS]
    ids = np.full(len(scores), int(sample["img_id"]))
    categories = np.ones_like(ids)
    found = Detections("the model's predictions", ids, categories, scores, boxes, keypoints, positions)
    return replace(found, keypoints_3d_m=keypoints_3d)[rows]
