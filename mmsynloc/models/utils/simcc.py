"""Coordinates as classes: 1D bins along x and along y, with Gaussian targets and a sub-bin expectation.

Source: Li et al., "SimCC: a Simple Coordinate Classification Perspective for Human Pose Estimation", ECCV 2022. Here
the bins cover a window around a prior instead of the whole image. Coordinates are in bins: bin i covers
``[i - 0.5, i + 0.5]``.
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["decode_simcc", "encode_simcc"]


def encode_simcc(coordinates: Tensor, bins: Tensor, sigma: float) -> Tensor:
    """Gaussian targets.

    Args:
        coordinates: (...); also outside of the window, where the target leans on the nearest edge.
        bins: (n,) the bins' centres in the unit of the coordinates, 0 to n - 1 where that is bins.
        sigma: width of the Gaussian in that unit.

    Returns:
        (..., n), sums of 1 along the bins.
    """
    return ((bins - coordinates[..., None]).square() * (-0.5 / sigma**2)).softmax(-1)


def decode_simcc(logits: Tensor, reach: int) -> Tensor:
    """Expectation around the most likely bin.

    Taken over ``reach`` bins on both sides only, because the tails of a distribution, or a second athlete in the
    window, would pull it away. A Gaussian of width sigma comes out unbiased with a reach of 4 sigma or more, if the
    bins go that far beyond it.

    Args:
        logits: (..., n).
        reach: number of bins on each side of the best.

    Returns:
        (...) in bins.
    """
    num_bins = logits.shape[-1]
    best = logits.argmax(-1, keepdim=True)
    nearby = best + torch.arange(-reach, reach + 1, device=logits.device)
    inside = (nearby >= 0) & (nearby < num_bins)
    local = logits.gather(-1, nearby.clamp(0, num_bins - 1)).masked_fill(~inside, float("-inf"))
    return (local.softmax(-1) * nearby).sum(-1)
