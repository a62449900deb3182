"""Overlap of boxes."""

from __future__ import annotations

from torch import Tensor

__all__ = ["box_iou"]


def box_iou(boxes_xyxy: Tensor, others_xyxy: Tensor, eps: float = 1e-6) -> Tensor:
    """Intersection over union, to the bit as upstream's ``bbox_overlaps``, without its tensor from the host.

    Column by column: pairs of boxes as (..., 4) would be read two numbers at a time.

    Args:
        boxes_xyxy: (..., 4) px.
        others_xyxy: (..., 4) px; leading dimensions broadcast.
        eps: smallest union in px².

    Returns:
        (...) in [0, 1].
    """
    x1, y1, x2, y2 = boxes_xyxy.unbind(-1)
    left, top, right, bottom = others_xyxy.unbind(-1)
    width = (x2.minimum(right) - x1.maximum(left)).clamp(min=0)
    shared = width * (y2.minimum(bottom) - y1.maximum(top)).clamp(min=0)
    union = (x2 - x1) * (y2 - y1) + (right - left) * (bottom - top) - shared
    return shared / union.clamp(min=eps)
