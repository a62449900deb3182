"""Stand-in for ``mmcv._ext``, the compiled operators that mmcv-lite lacks.

NMS runs in torch (in torchvision where it imports); every other operator raises an error that names mmcv.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def _nms_torch(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Greedy NMS: indices of the kept boxes by falling score. O(N^2) pairs, computed row by row."""
    order = scores.argsort(descending=True, stable=True)
    boxes = boxes[order]
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(-1)
    suppressed = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    kept = []
    for i in range(len(boxes)):
        if suppressed[i]:
            continue
        kept.append(i)
        top_left = torch.maximum(boxes[i, :2], boxes[i + 1 :, :2])
        bottom_right = torch.minimum(boxes[i, 2:], boxes[i + 1 :, 2:])
        overlap = (bottom_right - top_left).clamp(min=0).prod(-1)
        iou = overlap / (areas[i] + areas[i + 1 :] - overlap)
        suppressed[i + 1 :] |= iou > iou_threshold
    return order[torch.tensor(kept, dtype=torch.long, device=boxes.device)]


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float, offset: int = 0) -> Tensor:
    """Indices (K,) of the boxes (N, 4) xyxy that greedy NMS keeps, by falling score.

    Args:
        boxes: (N, 4).
        scores: (N,).
        iou_threshold: boxes that overlap a kept one by more are dropped.
        offset: 0, or 1 where widths count both end pixels (``x2 - x1 + 1``).
    """
    if offset:
        boxes = torch.cat([boxes[:, :2], boxes[:, 2:] + offset], -1)
    try:
        from torchvision.ops import nms as torchvision_nms
    except ImportError:
        return _nms_torch(boxes, scores, iou_threshold)
    return torchvision_nms(boxes, scores, iou_threshold)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)

    def missing_operator(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(
            f"the operator {name!r} is compiled code that mmcv-lite does not have; install the full `mmcv` to use it"
        )

    return missing_operator
