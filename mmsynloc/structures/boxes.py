"""Boxes by their corners, as networks have them, and by corner and extent, as files do."""

from __future__ import annotations

import numpy as np

__all__ = ["bottom_centres", "box_iou", "feet_of", "points_of_boxes", "to_xywh", "to_xyxy"]

_LEAST_UNION_PX2 = 1e-6


def to_xyxy(boxes_xywh: np.ndarray) -> np.ndarray:
    """Corners (N, 4) of boxes (N, 4) that are given by corner and extent."""
    return np.concatenate([boxes_xywh[:, :2], boxes_xywh[:, :2] + boxes_xywh[:, 2:]], axis=1)


def to_xywh(boxes_xyxy: np.ndarray) -> np.ndarray:
    """Corner and extent (N, 4) of boxes (N, 4) that are given by their corners."""
    return np.concatenate([boxes_xyxy[:, :2], boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]], axis=1)


def bottom_centres(boxes_xywh: np.ndarray) -> np.ndarray:
    """Middle (N, 2) of the lower edge of boxes (N, 4)."""
    return boxes_xywh[:, :2] + boxes_xywh[:, 2:] * (0.5, 1.0)


def feet_of(boxes_xyxy: np.ndarray) -> np.ndarray:
    """Middle (N, 2) of the lower edge of boxes (N, 4)."""
    return np.stack([(boxes_xyxy[:, 0] + boxes_xyxy[:, 2]) / 2, boxes_xyxy[:, 3]], axis=1)


def points_of_boxes(boxes_xyxy: np.ndarray) -> np.ndarray:
    """Pelvis and ground point (N, 2, 2) where there are boxes (N, 4) alone: their middle, that of the lower edge."""
    return np.stack([(boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2, feet_of(boxes_xyxy)], axis=1)


def box_iou(boxes_xyxy: np.ndarray, others_xyxy: np.ndarray) -> np.ndarray:
    """Intersection over union (...), in [0, 1], of boxes (..., 4) and (..., 4); leading dimensions broadcast."""
    low = np.maximum(boxes_xyxy[..., :2], others_xyxy[..., :2])
    high = np.minimum(boxes_xyxy[..., 2:], others_xyxy[..., 2:])
    shared = (high - low).clip(min=0).prod(-1)
    areas = [(boxes[..., 2:] - boxes[..., :2]).prod(-1) for boxes in (boxes_xyxy, others_xyxy)]
    return shared / (areas[0] + areas[1] - shared).clip(min=_LEAST_UNION_PX2)
