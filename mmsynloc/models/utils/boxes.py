"""Overlap of boxes."""

from __future__ import annotations

from torch import Tensor

__all__ = ["box_iou"]


def box_iou(boxes_xyxy: Tensor, others_xyxy: Tensor, eps: float = 1e-6) -> Tensor:
    """Intersection over union, to the bit as upstream's ``bbox_overlaps``, without its tensor from the host.

    Args:
        boxes_xyxy: (..., 4) px.
        others_xyxy: (..., 4) px; leading dimensions broadcast.
        eps: smallest union in px².

    Returns:
        (...) in [0, 1].
    """
    sides = (boxes_xyxy[..., 2:] - boxes_xyxy[..., :2], others_xyxy[..., 2:] - others_xyxy[..., :2])
    area, other_area = (side[..., 0] * side[..., 1] for side in sides)
    shared = boxes_xyxy[..., 2:].minimum(others_xyxy[..., 2:]) - boxes_xyxy[..., :2].maximum(others_xyxy[..., :2])
    shared = shared.clamp(min=0)
    overlap = shared[..., 0] * shared[..., 1]
    return overlap / (area + other_area - overlap).clamp(min=eps)
