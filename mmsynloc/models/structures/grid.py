"""The priors of a one-stage head: the cells of its feature maps, level by level and row by row."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from mmsynloc.models.structures.rows import to_device

__all__ = ["Grid", "make_grid"]


class Grid(NamedTuple):
    """Where the priors of a batch lie.

    - M: number of priors; L: number of levels

    Args:
        priors: (M, 4) float32: x, y, stride, stride in px, as upstream's ``grid_priors(with_stride=True)``.
        levels: (L, 4) float32: number of the first prior, width and height in cells, stride in px.
        last_cells: (L, 2) float32: last column and last row.
        shapes: ``(height, width)`` of each level in cells.
        strides: px of each level.
        offset: place of a prior in its cell, in strides.
    """

    priors: Tensor
    levels: Tensor
    last_cells: Tensor
    shapes: tuple[tuple[int, int], ...]
    strides: tuple[int, ...]
    offset: float


@lru_cache(maxsize=64)  # constants: as many as there are input sizes
@torch.inference_mode(False)  # so that a prediction may make what a training uses
def make_grid(
    shapes: tuple[tuple[int, int], ...], strides: tuple[int, ...], offset: float, device: torch.device
) -> Grid:
    """The grid of feature maps.

    Args:
        shapes: ``(height, width)`` of each level in cells.
        strides: px of each level.
        offset: place of a prior in its cell, in strides.
        device: of the tensors.
    """
    priors, levels, start = [], [], 0
    for (height, width), stride in zip(shapes, strides):
        x, y = (
            torch.arange(side, device=device, dtype=torch.float32).add(offset).mul(stride) for side in (width, height)
        )
        size = torch.full((height, width), stride, device=device, dtype=torch.float32)
        priors.append(torch.stack([x.expand(height, width), y[:, None].expand(height, width), size, size], -1))
        levels.append((start, width, height, stride))
        start += width * height
    by_level = torch.tensor(levels, dtype=torch.float32)
    return Grid(
        torch.cat([level.flatten(0, 1) for level in priors]),
        to_device(by_level, device),
        to_device(by_level[:, 1:3] - 1, device),
        shapes,
        strides,
        offset,
    )
