"""Removal of the duplicates of one frame by their distance on the pitch."""

from __future__ import annotations

import numpy as np

from mmsynloc.structures.boxes import box_iou

__all__ = ["DUPLICATE_IOU", "distinct_athletes"]

DUPLICATE_IOU = 0.65
"""Above the horizon boxes that overlap by more are one athlete's."""


def distinct_athletes(boxes_xyxy: np.ndarray, points_pitch_m: np.ndarray, radius_m: float) -> np.ndarray:
    """Keep the best of the detections within ``radius_m`` of each other.

    Above the horizon, where there is no ground, overlapping boxes decide. For a batch of tensors
    :func:`~mmsynloc.models.utils.ground_nms.remove_duplicates` does the same.

    Args:
        boxes_xyxy: (N, 4) px, by falling score.
        points_pitch_m: (N, 2) m, NaN above the horizon.
        radius_m: a detection at this distance from a better one, or nearer, is dropped.

    Returns:
        (N,) bool, which detections are kept.
    """
    boxes, points = np.asarray(boxes_xyxy, np.float64), np.asarray(points_pitch_m, np.float64)
    is_over: np.ndarray = np.isnan(points).max(axis=1, initial=False)
    keep = np.ones(len(points), dtype=bool)
    for best in range(len(points)):
        if keep[best]:
            later = slice(best + 1, None)
            near = np.square(points[later] - points[best]).sum(-1) <= radius_m**2
            if is_over[best]:
                near = is_over[later] & (box_iou(boxes[best], boxes[later]) > DUPLICATE_IOU)
            keep[later] &= ~near
    return keep
