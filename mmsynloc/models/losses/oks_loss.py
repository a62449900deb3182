"""OKS loss in few operations."""

from __future__ import annotations

from typing import Any

import torch
from mmpose.models.losses import OKSLoss
from mmpose.registry import MODELS
from torch import Tensor

from mmsynloc.models.utils.oks import exponent_scales, fast_oks, visible_shares

__all__ = ["FastOKSLoss"]


@MODELS.register_module()
class FastOKSLoss(OKSLoss):
    """Upstream's ``OKSLoss``, athlete by athlete, to float32's rounding.

    The arguments are upstream's; ``reduction`` is left to whoever sums over the athletes.
    """

    scales: Tensor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sigmas = getattr(self, "sigmas", torch.tensor([0.5])).float()
        self.register_buffer("scales", exponent_scales(sigmas), persistent=False)

    def forward(
        self,
        output: Tensor,
        target: Tensor,
        target_weight: Tensor,
        areas: Tensor,
        shares: Tensor | None = None,
    ) -> Tensor:
        """Loss (...) of keypoints.

        Args:
            output: (..., K, 2) px.
            target: (..., K, 2) px.
            target_weight: (..., K), 0 where a keypoint does not count.
            areas: (...) px².
            shares: (..., K), the weights as shares of their sum, if they are known.
        """
        if not self.norm_target_weight:
            shares = target_weight / target_weight.shape[-1]
        elif shares is None:
            shares = visible_shares(target_weight)
        oks = fast_oks(output, target, shares, areas, self.scales)
        loss = {"linear": lambda: 1 - oks, "square": lambda: 1 - oks.pow(2), "log": lambda: -oks.log()}[self.mode]()
        return loss * self.loss_weight
