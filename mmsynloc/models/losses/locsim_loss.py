"""The metric as a loss."""

from __future__ import annotations

import torch
from mmpose.registry import MODELS
from torch import Tensor, nn

from mmsynloc.models.utils.locsim import clean_metric, ground_offset_m, locsim
from mmsynloc.models.utils.tau_schedule import TauSchedule

__all__ = ["LocSimLoss"]


@MODELS.register_module()
class LocSimLoss(nn.Module):
    """``1 - LocSim`` of predicted ground points, with a gradient also where LocSim is flat.

    With the offset ``d = |P (pred_px - target_px)|`` in metres, P the derivative of the ground map at the target, the
    loss of one prediction is ``1 - exp(ln(0.05) d² / tau²) + far_weight * ln(1 + d² / tau²)``.

    The logarithm is there for predictions metres away, where the exponential has no gradient. It is smooth at 0 and
    its gradient falls as ``2 / d``, which in pixels is about 2 / |pred_px - target_px| whatever P is: athletes near
    the horizon, where one pixel is many metres, do not dominate the loss, as they would under a Huber loss.
    Near the target the gradient is proportional to the size of P / tau, so P is shortened to ``max_metres_per_px``.
    An athlete on the horizon (P all zeros, or not finite) weighs nothing.

    Args:
        tau_start: LocSim's scale in metres when the training begins.
        tau_end: the same after the annealing, and where no training runs.
        anneal_fraction: share of the training over which tau falls linearly.
        far_weight: weight of the logarithm.
        max_metres_per_px: longest P (Frobenius norm), in metres per pixel of the network's input.
        loss_weight: weight of the whole.
    """

    def __init__(
        self,
        tau_start: float = 5.0,
        tau_end: float = 1.0,
        anneal_fraction: float = 0.5,
        far_weight: float = 0.1,
        max_metres_per_px: float = 5.0,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        self.tau = TauSchedule(tau_start, tau_end, anneal_fraction)
        self.far_weight = far_weight
        self.max_metres_per_px = max_metres_per_px
        self.loss_weight = loss_weight

    def forward(
        self,
        points_px: Tensor,
        targets_px: Tensor,
        pixel_to_metre: Tensor,
        target_weight: Tensor | None = None,
        tau_m: float | Tensor | None = None,
        usable: Tensor | None = None,
    ) -> Tensor:
        """Weighted mean of the loss over the predictions.

        Args:
            points_px: (..., 2) predicted ground points in px of the network's input.
            targets_px: (..., 2) px.
            pixel_to_metre: (..., 2, 2), d(pitch m) / d(px) at the targets; zeros where there is none.
            target_weight: (...), 0 for a target that does not count.
            tau_m: LocSim's scale in metres; by default the schedule's.
            usable: (...) bool, where there is a matrix, if the others are known to be zeros; by default it is found
                out.

        Returns:
            A float32 scalar; 0, with a gradient of 0, where no target counts.
        """
        metric, usable = (pixel_to_metre, usable) if usable is not None else clean_metric(pixel_to_metre)
        weight = usable.float() if target_weight is None else usable * target_weight.float()
        metric = self._shortened(metric)
        squared_m2 = ground_offset_m(points_px, targets_px, metric).square().sum(-1)
        tau = self.tau() if tau_m is None else tau_m
        loss = torch.add(1 - locsim(squared_m2, tau), (squared_m2 / tau**2).log1p(), alpha=self.far_weight)
        return self.loss_weight * (loss * weight).sum() / weight.sum().clamp(min=1)

    def _shortened(self, metric: Tensor) -> Tensor:
        excess = (metric.flatten(-2).norm(dim=-1) / self.max_metres_per_px).clamp(min=1)
        return metric / excess[..., None, None]
