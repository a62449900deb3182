"""LocSim of predicted pixels, through the derivative of the camera's ground map."""

from __future__ import annotations

import math

from torch import Tensor

from mmsynloc.evaluation.functional.similarity import LOG_LOCSIM_AT_TAU

__all__ = ["clean_metric", "ground_offset_m", "locsim", "usable_metric"]

_MAX_OFFSET_PX = 1e4  # no image is larger; keeps squares finite in float32


def usable_metric(pixel_to_metre: Tensor) -> Tensor:
    """Which matrices (..., 2, 2) are of use, (...) bool: athletes on the horizon carry zeros."""
    size = pixel_to_metre.abs().sum((-2, -1))
    return (size > 0) & (size < math.inf)  # false for what is not a number


def clean_metric(pixel_to_metre: Tensor) -> tuple[Tensor, Tensor]:
    """The matrices (..., 2, 2) in float32, zeros in the place of those of no use, and which are (...) bool."""
    usable = usable_metric(pixel_to_metre)
    return pixel_to_metre.float().masked_fill(~usable[..., None, None], 0.0), usable


def ground_offset_m(points_px: Tensor, targets_px: Tensor, pixel_to_metre: Tensor) -> Tensor:
    """Offset on the pitch between two points that are near each other in the image, to first order.

    Args:
        points_px: (..., 2) px of the network's input.
        targets_px: (..., 2) px, where the matrix holds.
        pixel_to_metre: (..., 2, 2), d(pitch m) / d(px) at the targets.

    Returns:
        (..., 2) metres in float32. Sums of products instead of a matrix product, which autocast would do in half
        precision.
    """
    offset_px = (points_px.float() - targets_px.float()).clamp(-_MAX_OFFSET_PX, _MAX_OFFSET_PX)
    return (pixel_to_metre.float() * offset_px.unsqueeze(-2)).sum(-1)


def locsim(squared_m2: Tensor, tau_m: float | Tensor) -> Tensor:
    """``exp(ln(0.05) d² / tau²)`` of squared distances in m² (development kit ``sskit``), in [0, 1]."""
    return (squared_m2 * (LOG_LOCSIM_AT_TAU / tau_m**2)).exp()
