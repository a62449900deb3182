"""Loss of classified coordinates."""

from __future__ import annotations

from typing import Any

from mmpose.models.losses import KLDiscretLoss
from mmpose.registry import MODELS
from torch import Tensor

__all__ = ["SimCCLoss"]


@MODELS.register_module()
class SimCCLoss(KLDiscretLoss):
    """Upstream's ``KLDiscretLoss`` as a weighted mean, with a weight.

    Upstream sums over the instances and takes the mean over the bins, so that its size depends on both; this one is
    the Kullback-Leibler divergence of one keypoint along both axes.

    Args:
        loss_weight: weight of the whole.
        **kwargs: as for ``KLDiscretLoss``.
    """

    def __init__(self, loss_weight: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.loss_weight = loss_weight

    def forward(self, pred_simcc: Tensor, gt_simcc: Tensor, target_weight: Tensor) -> Tensor:
        """Weighted mean of the divergence.

        Args:
            pred_simcc: (P, K, 2, n) logits.
            gt_simcc: (P, K, 2, n) distributions.
            target_weight: (P, K), 0 for a keypoint that does not count.

        Returns:
            A scalar; 0, with a gradient of 0, where no keypoint counts.
        """
        axes, num_bins = pred_simcc[0, ..., 0].numel() if len(pred_simcc) else 1, pred_simcc.shape[-1]
        weight = target_weight[..., None].expand(pred_simcc.shape[:3])
        summed = super().forward((pred_simcc.flatten(1, 2),), (gt_simcc.flatten(1, 2),), weight)
        return self.loss_weight * summed * (axes * num_bins) / target_weight.sum().clamp(min=1)
