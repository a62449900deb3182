"""SimOTA for a whole batch, that can count and price in metres."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from mmpose.registry import TASK_UTILS
from torch import Tensor, nn

from mmsynloc.models.structures import (
    Assignment,
    Decoded,
    Labels,
    Predictions,
    Truth,
    decode,
    take_many_rows,
    take_priors,
)
from mmsynloc.models.task_modules.costs import CostWeights, PairCosts, athlete_centres, pair_costs
from mmsynloc.models.task_modules.upstream_assignment import assign_like_upstream, compact, inside_masks
from mmsynloc.models.task_modules.window_assignment import assign_in_windows, window_candidates
from mmsynloc.models.utils.oks import exponent_scales, fast_oks, upstream_oks

__all__ = ["LocSimAssigner"]

_INDICATORS = ("iou", "oks", "locsim")


@TASK_UTILS.register_module()
class LocSimAssigner(nn.Module):
    """SimOTA (Ge et al., "YOLOX", 2021; ``SimOTAAssigner`` of MMPose) with LocSim beside IoU and OKS.

    The options have upstream's names and defaults, but for ``dynamic_k_indicator``. Upstream lets an athlete choose
    among all priors that lie in the box or near the centre of any athlete, at a cost that keeps it to its own as
    long as there are enough. A small athlete has few, and takes the rest from anywhere in the image. With
    ``window`` it chooses among the cells around its own centre only; the work then has a fixed shape, no step of
    which makes the host wait for the device.

    The overlap of the result is OKS, or IoU where that is the indicator, whatever decides; the head's option
    ``quality`` chooses what the classification learns.

    Args:
        center_radius: the area around the centre, in strides to each side.
        candidate_topk: largest number of priors of an athlete, and how many overlaps are summed for the number.
        iou_weight: weight of ``-ln(IoU)`` in the cost.
        cls_weight: weight of the score's cross entropy.
        oks_weight: weight of ``-ln(OKS)``.
        vis_weight: weight of the visibilities' cross entropy.
        locsim_weight: weight of ``-ln(LocSim)``.
        dynamic_k_indicator: ``"iou"``, ``"oks"`` or ``"locsim"``: which overlap says how many priors an athlete gets.
        use_keypoints_for_center: the centre is the middle of the keypoints instead of the box's.
        oks_calculator: config of ``PoseOKS``, of which the sigmas are used.
        locsim_calculator: config of the calculator, among others its tau.
        window: cells on a side of the window on each level, by default as many as the area around the centre has; None
            for upstream's choice among all priors, with the same result as upstream's.

    Raises:
        ValueError: the indicator is unknown or the window is smaller than one cell.
    """

    sigmas: Tensor
    scales: Tensor

    def __init__(
        self,
        center_radius: float = 2.5,
        candidate_topk: int = 10,
        iou_weight: float = 3.0,
        cls_weight: float = 1.0,
        oks_weight: float = 3.0,
        vis_weight: float = 0.0,
        locsim_weight: float = 0.0,
        dynamic_k_indicator: str = "locsim",
        use_keypoints_for_center: bool = False,
        oks_calculator: dict[str, Any] | None = None,
        locsim_calculator: dict[str, Any] | None = None,
        window: int | None = 5,
    ) -> None:
        super().__init__()
        if dynamic_k_indicator not in _INDICATORS:
            raise ValueError(
                f"dynamic_k_indicator must be one of {', '.join(_INDICATORS)}, not {dynamic_k_indicator!r}"
            )
        if window is not None and window < 1:
            raise ValueError(f"window must be at least one cell, not {window}")
        self.center_radius = center_radius
        self.candidate_topk = candidate_topk
        self.weights = CostWeights(iou_weight, cls_weight, oks_weight, vis_weight, locsim_weight)
        self.dynamic_k_indicator = dynamic_k_indicator
        self.use_keypoints_for_center = use_keypoints_for_center
        self.locsim_calculator = TASK_UTILS.build(locsim_calculator or dict(type="LocSimCalculator"))
        self.window = window
        oks = TASK_UTILS.build(oks_calculator or dict(type="PoseOKS"))
        self.register_buffer("sigmas", getattr(oks, "sigmas", torch.tensor(0.5)).float(), persistent=False)
        self.register_buffer("scales", exponent_scales(self.sigmas), persistent=False)

    @property
    def needs_metric(self) -> bool:
        """Whether the labels must carry ``pixel_to_metre``."""
        return self.dynamic_k_indicator == "locsim" or self.weights.locsim > 0

    @torch.no_grad()
    def forward(self, predictions: Predictions, truth: Truth, tau_m: float | Tensor = 1.0) -> Assignment:
        """Assign priors to athletes.

        Args:
            predictions: of all priors.
            truth: athletes.
            tau_m: LocSim's scale in metres.
        """
        if self.window is None:
            return self._among_all(predictions, truth, tau_m)
        return self._in_windows(predictions, truth, tau_m, self.window)

    def _in_windows(self, predictions: Predictions, truth: Truth, tau_m: float | Tensor, window: int) -> Assignment:
        labels, grid = truth.labels, predictions.grid
        centres = athlete_centres(labels, self.use_keypoints_for_center)
        candidates = window_candidates(labels.boxes_xyxy, centres, truth.mask, grid, window, self.center_radius)
        raw = take_many_rows(predictions.values, candidates.prior_index.flatten(1))
        found = decode(raw.unflatten(1, candidates.prior_index.shape[1:]), candidates.priors, *predictions.sizes)
        pairs = self._pairs(found, labels, candidates.is_inside, tau_m, exact=False)
        return assign_in_windows(candidates, pairs, len(grid.priors), self.candidate_topk)

    def _among_all(self, predictions: Predictions, truth: Truth, tau_m: float | Tensor) -> Assignment:
        labels, grid, mask = truth.labels, predictions.grid, truth.mask
        centres = athlete_centres(labels, self.use_keypoints_for_center)
        in_box, in_centre = inside_masks(labels.boxes_xyxy, centres, mask, grid, self.center_radius)
        valid, is_inside = (in_box | in_centre).any(1), in_box & in_centre
        on_cpu = valid.device.type == "cpu" and not torch.compiler.is_compiling()  # where waiting costs nothing
        if on_cpu:
            index, exists = compact(valid)
            found = take_priors(predictions, index)
            is_inside = is_inside.gather(2, index[:, None].expand(-1, is_inside.shape[1], -1))
        else:
            index, exists = torch.arange(valid.shape[1], device=valid.device).expand_as(valid), valid
            found = decode(predictions.values, grid.priors.expand(len(valid), -1, -1), *predictions.sizes)
        # in the layout that upstream computes in, so that the last bit is the same
        found = Decoded(*(field.contiguous()[:, None] for field in found))
        pairs = self._pairs(found, labels, is_inside, tau_m, exact=True)
        return assign_like_upstream(index, exists, pairs, mask, self.candidate_topk, exact_ties=on_cpu)

    def _pairs(
        self, found: Decoded, labels: Labels, is_inside: Tensor, tau_m: float | Tensor, exact: bool
    ) -> PairCosts:
        locsim = partial(
            self.locsim_calculator,
            found.keypoints_px,
            labels.keypoints_px[:, :, None],
            labels.pixel_to_metre[:, :, None],
            tau_m=tau_m,
            usable=labels.has_metric[:, :, None],
        )
        oks = partial(upstream_oks, sigmas=self.sigmas) if exact else partial(fast_oks, scales=self.scales)
        options = (self.weights, self.dynamic_k_indicator, oks)
        return pair_costs(found, labels, *options, is_inside, locsim, exact)
