"""Boxes by their corners, as networks have them, and by corner and extent, as files do."""

from __future__ import annotations

import numpy as np

__all__ = ["bottom_centres", "to_xywh", "to_xyxy"]


def to_xyxy(boxes_xywh: np.ndarray) -> np.ndarray:
    """Corners (N, 4) of boxes (N, 4) that are given by corner and extent."""
    return np.concatenate([boxes_xywh[:, :2], boxes_xywh[:, :2] + boxes_xywh[:, 2:]], axis=1)


def to_xywh(boxes_xyxy: np.ndarray) -> np.ndarray:
    """Corner and extent (N, 4) of boxes (N, 4) that are given by their corners."""
    return np.concatenate([boxes_xyxy[:, :2], boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]], axis=1)


def bottom_centres(boxes_xywh: np.ndarray) -> np.ndarray:
    """Middle (N, 2) of the lower edge of boxes (N, 4)."""
    return boxes_xywh[:, :2] + boxes_xywh[:, 2:] * (0.5, 1.0)
