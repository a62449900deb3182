"""Test-time views of an input: mirrored, and at other scales."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from mmsynloc.structures import scale_points_px

__all__ = ["InputView", "make_views", "mirrored"]


@dataclass(frozen=True)
class InputView:
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

    def points_to_input(self, points_px: Tensor) -> Tensor:
        """Points (..., 2) in px of the view as such in px of the input, exact at the pixel centres."""
        if self.is_plain:
            return points_px
        points_px = mirrored(points_px, self.size[0]) if self.flip else points_px
        scales = (here / there for here, there in zip(self.input_size, self.size))
        return torch.stack([scale_points_px(points_px[..., i], scale) for i, scale in enumerate(scales)], -1)

    def boxes_to_input(self, boxes_xyxy: Tensor) -> Tensor:
        """Boxes (..., 4) in px of the view as such in px of the input."""
        if self.is_plain:
            return boxes_xyxy
        x1, y1, x2, y2 = self.points_to_input(boxes_xyxy.unflatten(-1, (2, 2))).flatten(-2).unbind(-1)
        return torch.stack([x2, y1, x1, y2] if self.flip else [x1, y1, x2, y2], -1)


def mirrored(points_px: Tensor, width: int) -> Tensor:
    """The same points (..., 2) in the mirror image, ``x' = width - 1 - x`` (pixel centres are integers)."""
    x, y = points_px.unbind(-1)
    return torch.stack([width - 1 - x, y], -1)


def make_views(
    input_size: tuple[int, int], scales: Sequence[float] = (1.0,), flip: bool = False, divisor: int = 32
) -> list[InputView]:
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
        views += [
            InputView(input_size, (width, height), mirrored) for mirrored in ((False, True) if flip else (False,))
        ]
    return views
