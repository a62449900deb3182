"""Overlap of boxes."""

from __future__ import annotations

from torch import Tensor

__all__ = ["box_iou", "by_column"]


def box_iou(boxes_xyxy: Tensor, others_xyxy: Tensor, eps: float = 1e-6) -> Tensor:
    """Intersection over union, to the bit as upstream's ``bbox_overlaps``, without its tensor from the host.

    Fastest where the columns of ``(..., 4)`` lie one after another in memory, as :func:`by_column` puts them.

    Args:
        boxes_xyxy: (..., 4) px.
        others_xyxy: (..., 4) px; leading dimensions broadcast.
        eps: smallest union in px².

    Returns:
        (...) in [0, 1].
    """
    low, high = boxes_xyxy.split(2, -1)
    others_low, others_high = others_xyxy.split(2, -1)
    shared = _area((high.minimum(others_high) - low.maximum(others_low)).clamp(min=0))
    union = _area(high - low) + _area(others_high - others_low) - shared
    return shared / union.clamp(min=eps)


def _area(sides: Tensor) -> Tensor:
    width, height = sides.unbind(-1)
    return width * height


def by_column(values: Tensor) -> Tensor:
    """The same values (..., F), each column in one piece of memory; what is computed of them keeps that order."""
    last = values.ndim - 1  # the exporter to ONNX does not count from the end
    return values.movedim(last, 0).contiguous().movedim(0, last)
