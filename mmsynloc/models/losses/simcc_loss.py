"""Loss of classified coordinates."""

from __future__ import annotations

import torch.nn.functional as F
from mmpose.registry import MODELS
from torch import Tensor, nn

__all__ = ["SimCCLoss"]


@MODELS.register_module()
class SimCCLoss(nn.Module):
    """Kullback-Leibler divergence of a keypoint's distributions along both axes, as a weighted mean.

    Upstream's ``KLDiscretLoss`` sums over the instances and takes the mean over the bins, so that its size depends on
    both.

    Args:
        loss_weight: weight of the whole.
        beta: the logits are multiplied by it.
        label_softmax: whether the targets go through a softmax, as in RTMPose's recipe.
        label_beta: the targets are multiplied by it before that softmax.
    """

    def __init__(
        self, loss_weight: float = 1.0, beta: float = 1.0, label_softmax: bool = False, label_beta: float = 10.0
    ) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.beta = beta
        self.label_softmax = label_softmax
        self.label_beta = label_beta

    def forward(self, pred_simcc: Tensor, gt_simcc: Tensor, target_weight: Tensor) -> Tensor:
        """Weighted mean of the divergence.

        Args:
            pred_simcc: (..., K, 2, n) logits; or (..., K, 1, n), of one axis.
            gt_simcc: distributions of the same shape.
            target_weight: (..., K), 0 for a keypoint that does not count.

        Returns:
            A scalar; 0, with a gradient of 0, where no keypoint counts.
        """
        logits = pred_simcc if self.beta == 1 else pred_simcc * self.beta
        target = (gt_simcc * self.label_beta).softmax(-1) if self.label_softmax else gt_simcc
        divergence = F.kl_div(logits.log_softmax(-1), target, reduction="none").sum((-2, -1))
        return self.loss_weight * (divergence * target_weight).sum() / target_weight.sum().clamp(min=1)
