"""Test-time views of an input: mirrored, and at other scales."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch.nn.functional as F
from mmengine.structures import InstanceData
from torch import Tensor

from mmsynloc.structures import scale_points_px

__all__ = ["View", "make_views", "mirrored"]


@dataclass(frozen=True)
class View:
    """One way to look at an input of ``input_size``.

    Args:
        input_size: ``(width, height)`` px.
        size: ``(width, height)`` px that the view has.
        flip: whether it is mirrored left to right.
    """

    input_size: tuple[int, int]
    size: tuple[int, int]
    flip: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the view is the input itself."""
        return self.size == self.input_size and not self.flip

    def apply(self, inputs: Tensor) -> Tensor:
        """The view (B, C, h, w) of inputs (B, C, H, W)."""
        if self.size != self.input_size:
            shrinks = self.size[0] < self.input_size[0]
            size = self.size[::-1]
            inputs = F.interpolate(inputs, size, mode="bilinear", align_corners=False, antialias=shrinks)
        return inputs.flip(-1) if self.flip else inputs

    def to_input(self, found: InstanceData) -> InstanceData:
        """Detections in px of the view as such in px of the input, exact at the pixel centres."""
        if self.is_plain:
            return found
        found = mirrored(found, self.size[0]) if self.flip else found.new()
        scale = np.array(self.input_size, np.float64) / self.size
        found.keypoints = scale_points_px(found.keypoints, scale).astype(np.float32)
        corners = scale_points_px(found.bboxes.reshape(-1, 2, 2), scale)
        found.bboxes = corners.reshape(-1, 4).astype(np.float32)
        return found


def mirrored(found: InstanceData, width: int) -> InstanceData:
    """The same detections in the mirror image, ``x' = width - 1 - x`` (pixel centres are integers)."""
    turned = found.new()
    turned.keypoints = found.keypoints * np.array([-1, 1], np.float32) + np.array([width - 1, 0], np.float32)
    turned.bboxes = np.stack(
        [width - 1 - found.bboxes[:, 2], found.bboxes[:, 1], width - 1 - found.bboxes[:, 0], found.bboxes[:, 3]], 1
    )
    return turned


def make_views(
    input_size: tuple[int, int], scales: Sequence[float] = (1.0,), flip: bool = False, divisor: int = 32
) -> list[View]:
    """Views at each scale, with ``flip`` also mirrored; sides are rounded to multiples of ``divisor``.

    Raises:
        ValueError: there is no scale, or one is no number over 0.
    """
    numbers = isinstance(scales, Sequence) and all(isinstance(s, (int, float)) and 0 < s < math.inf for s in scales)
    if not numbers or not scales:
        raise ValueError(f"test_cfg.view_scales must be a list of numbers over 0, not {scales!r}")
    views = []
    for scale in scales:
        width, height = (max(round(side * scale / divisor), 1) * divisor if scale != 1 else side for side in input_size)
        views += [View(input_size, (width, height), mirrored) for mirrored in ((False, True) if flip else (False,))]
    return views
