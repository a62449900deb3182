"""Object keypoint similarity, for leading dimensions that broadcast."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["exponent_scales", "fast_oks", "upstream_oks", "visible_shares"]

_LEAST_EXPONENT = -85.0  # 1e-37: processors are slow at still smaller numbers
_LEAST_AREA = 1e-16


def visible_shares(visible: Tensor) -> Tensor:
    """How much each keypoint (..., K) counts in its athlete's OKS: the share of the visible ones."""
    return visible / visible.sum(-1, keepdim=True).clip(min=1e-8)


def exponent_scales(sigmas: Tensor) -> Tensor:
    """What :func:`fast_oks` multiplies areas with: -8 sigma² (K,)."""
    return -8 * sigmas.square()


def fast_oks(points_px: Tensor, targets_px: Tensor, shares: Tensor, areas: Tensor, scales: Tensor) -> Tensor:
    """``sum_k share_k exp(-d_k² / (8 area sigma_k²))``, as COCO's OKS, with the fewest operations.

    Args:
        points_px: (..., K, 2).
        targets_px: (..., K, 2).
        shares: (..., K), see :func:`visible_shares`.
        areas: (...) px².
        scales: (K,), see :func:`exponent_scales`.

    Returns:
        (...) in [0, 1].
    """
    dx, dy = (points_px - targets_px).square().unbind(-1)
    exponent = (dx + dy) / (areas.clamp(min=_LEAST_AREA)[..., None] * scales)
    return (exponent.clamp(min=_LEAST_EXPONENT).exp() * shares).sum(-1)


def upstream_oks(points_px: Tensor, targets_px: Tensor, shares: Tensor, areas: Tensor, sigmas: Tensor) -> Tensor:
    """The same with the operations of upstream's ``PoseOKS``, to the last bit; ``sigmas`` is (K,)."""
    sizes = areas.pow(0.5).clip(min=1e-8)[..., None]
    distance = torch.norm(points_px - targets_px, dim=-1) / sizes / (sigmas * 2)
    return (torch.exp(-distance.pow(2) / 2) * shares).sum(-1)
