"""SimOTA that counts and prices in metres."""

from __future__ import annotations

from typing import Any

import torch
from mmengine.structures import InstanceData
from mmpose.models.task_modules import SimOTAAssigner
from mmpose.registry import TASK_UTILS
from torch import Tensor

from mmsynloc.models.task_modules.labels import require_metric

__all__ = ["LocSimAssigner"]

_EPS = 1e-7


@TASK_UTILS.register_module()
class LocSimAssigner(SimOTAAssigner):
    """Upstream's SimOTA with LocSim as a third overlap beside IoU and OKS.

    The overlaps of the result stay upstream's (OKS), whatever decides; the head's option ``quality`` chooses what the
    classification learns.

    Args:
        *args: as for ``SimOTAAssigner``.
        dynamic_k_indicator: ``"iou"``, ``"oks"`` or ``"locsim"``: which overlap says how many priors an athlete gets.
        locsim_weight: weight of ``-ln(LocSim)`` in the cost.
        locsim_calculator: config of the calculator, among others its tau.
        **kwargs: as for ``SimOTAAssigner``.
    """

    def __init__(
        self,
        *args: Any,
        dynamic_k_indicator: str = "locsim",
        locsim_weight: float = 0.0,
        locsim_calculator: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.counts_in_metres = dynamic_k_indicator == "locsim"
        upstream_indicator = "oks" if self.counts_in_metres else dynamic_k_indicator
        super().__init__(*args, dynamic_k_indicator=upstream_indicator, **kwargs)
        self.locsim_weight = locsim_weight
        self.locsim_calculator = TASK_UTILS.build(locsim_calculator or dict(type="LocSimCalculator"))
        self._pairs: tuple[Tensor, InstanceData] | None = None

    def assign(self, pred_instances: InstanceData, gt_instances: InstanceData, **kwargs: Any) -> dict[str, Any]:
        """Assign athletes to priors.

        Args:
            pred_instances: as upstream, with ``keypoints`` (M, K, 2) decoded to px.
            gt_instances: as upstream, with ``pixel_to_metre`` (N, 2, 2).
            **kwargs: handed on.

        Returns:
            As upstream.

        Raises:
            ValueError: the labels carry no ``pixel_to_metre``.
        """
        require_metric(gt_instances)
        self._pairs = (pred_instances.keypoints, gt_instances)
        try:
            return super().assign(pred_instances, gt_instances, **kwargs)
        finally:
            self._pairs = None

    def dynamic_k_matching(
        self, cost: Tensor, pairwise_ious: Tensor, num_gt: int, valid_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Choose the priors; as upstream, with LocSim in the cost and the count.

        Args:
            cost: (V, N).
            pairwise_ious: (V, N) upstream's indicator.
            num_gt: N.
            valid_mask: (M,) which priors are among the V; narrowed to the chosen ones, in place.

        Returns:
            Overlap and athlete (both (P,)) of each chosen prior.
        """
        candidates = valid_mask.clone()
        similarity = self._pairwise_locsim(candidates, pairwise_ious)
        if self.locsim_weight > 0:
            cost = cost - self.locsim_weight * (similarity + _EPS).log()
        indicator = similarity if self.counts_in_metres else pairwise_ious
        _, matched = super().dynamic_k_matching(cost, indicator, num_gt, valid_mask)
        return pairwise_ious[valid_mask[candidates]].gather(1, matched[:, None])[:, 0], matched

    def _pairwise_locsim(self, candidates: Tensor, fallback: Tensor) -> Tensor:
        keypoints, gt = self._pairs
        with torch.no_grad():
            return self.locsim_calculator(keypoints[candidates][:, None], gt.keypoints, gt.pixel_to_metre, fallback)
