"""LocSim as an overlap between predictions and athletes."""

from __future__ import annotations

import torch
from mmpose.registry import TASK_UTILS
from torch import Tensor

from mmsynloc.codecs import GROUND_INDEX
from mmsynloc.models.utils.locsim import clean_metric, ground_offset_m, locsim
from mmsynloc.models.utils.tau_schedule import TauSchedule

__all__ = ["LocSimCalculator"]


@TASK_UTILS.register_module()
class LocSimCalculator:
    """LocSim of predicted keypoints, the counterpart of upstream's ``PoseOKS``.

    - N: number of predictions and targets that are compared; leading dimensions broadcast
    - K: number of keypoints

    Args:
        tau_start: LocSim's scale in metres when the training begins.
        tau_end: the same after the annealing, and where no training runs.
        anneal_fraction: share of the training over which tau falls linearly; 0 keeps it at its end.
        ground_index: which keypoint stands on the ground.
    """

    def __init__(
        self,
        tau_start: float = 5.0,
        tau_end: float = 1.0,
        anneal_fraction: float = 0.5,
        ground_index: int = GROUND_INDEX,
    ) -> None:
        self.tau = TauSchedule(tau_start, tau_end, anneal_fraction)
        self.ground_index = ground_index

    @torch.no_grad()
    def __call__(
        self,
        output: Tensor,
        target: Tensor,
        pixel_to_metre: Tensor,
        fallback: Tensor,
        tau_m: float | Tensor | None = None,
        usable: Tensor | None = None,
    ) -> Tensor:
        """LocSim, or the fallback where an athlete has no metric.

        Args:
            output: (..., N, K, 2) predicted keypoints in px of the network's input.
            target: (..., N, K, 2) px.
            pixel_to_metre: (..., N, 2, 2), d(pitch m) / d(px) at the targets; zeros for an athlete on the horizon.
            fallback: (..., N) another overlap in [0, 1], such as OKS, for athletes on the horizon.
            tau_m: LocSim's scale in metres; by default the schedule's.
            usable: (..., N) bool, where there is a matrix, if the others are known to be zeros; by default it is found
                out.

        Returns:
            (..., N) in [0, 1], float32.
        """
        at = self.ground_index
        metric, usable = (pixel_to_metre, usable) if usable is not None else clean_metric(pixel_to_metre)
        offset = ground_offset_m(output[..., at, :], target[..., at, :], metric)
        similarity = locsim(offset.square().sum(-1), self.tau() if tau_m is None else tau_m)
        return torch.where(usable, similarity, fallback.float())
