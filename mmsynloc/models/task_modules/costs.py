"""How well predictions fit athletes, and what upstream's SimOTA charges for it (Ge et al., "YOLOX", 2021)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from mmsynloc.models.structures import Decoded, Labels
from mmsynloc.models.utils.boxes import box_iou

__all__ = ["OUTSIDE_COST", "CostWeights", "PairCosts", "athlete_centres", "joint_scores", "pair_costs"]

OUTSIDE_COST = 100000.0  # upstream's INF: for priors outside of the athlete's box or of the area around its centre
_EPS = 1e-7


class CostWeights(NamedTuple):
    """Weights of the terms of the cost; a term of weight 0 is not computed."""

    iou: float = 3.0
    cls: float = 1.0
    oks: float = 3.0
    vis: float = 0.0
    locsim: float = 0.0


class PairCosts(NamedTuple):
    """Athletes against candidates.

    Args:
        cost: (B, N, V), low where they fit.
        indicator: (B, N, V) in [0, 1], the overlap that says how many priors an athlete gets.
        overlap: (B, N, V) in [0, 1], the overlap that the classification learns.
    """

    cost: Tensor
    indicator: Tensor
    overlap: Tensor


def athlete_centres(labels: Labels, use_keypoints: bool = False) -> Tensor:
    """Middles of the boxes, or where ``use_keypoints`` and any keypoint is visible, of the keypoints; (B, N, 2) px."""
    boxes = labels.boxes_xyxy
    centres = (boxes[..., :2] + boxes[..., 2:]) / 2.0
    if not use_keypoints:
        return centres
    visible = labels.visible.sum(-1, keepdim=True)
    middles = (labels.keypoints_px * labels.visible[..., None]).sum(-2) / visible.clip(min=1)
    return torch.where(visible > 0, middles, centres)


def joint_scores(found: Decoded) -> Tensor:
    """Scores (..., C) as upstream's assigner sees them: the root of class times objectness; not a number counts 0."""
    class_scores, objectness = (
        logits.clip(min=-1e4, max=1e4).sigmoid() for logits in (found.class_logits, found.objectness_logits)
    )
    return (class_scores * objectness).nan_to_num(0.0).sqrt()


def pair_costs(
    found: Decoded,
    labels: Labels,
    weights: CostWeights,
    indicator: str,
    oks: Callable[..., Tensor],
    is_inside: Tensor,
    locsim: Callable[[Tensor], Tensor] | None = None,
    exact: bool = True,
) -> PairCosts:
    """Cost and overlaps of athletes and candidates, the terms added in upstream's order.

    Args:
        found: candidates (B, N or 1, V), in common or of each athlete.
        labels: of the athletes (B, N).
        weights: of the terms.
        indicator: ``"iou"``, ``"oks"`` or ``"locsim"``.
        oks: gives the OKS of keypoints, of their targets, shares and areas.
        is_inside: (B, N, V) bool, whether a candidate lies in the athlete's box and near its centre.
        locsim: gives the LocSim (B, N, V) of the pairs, from another overlap for athletes on the horizon; needed for
            its weight and as the indicator.
        exact: with upstream's operations, to the last bit; the others are faster.
    """
    iou = box_iou(found.boxes_xyxy, labels.boxes_xyxy[:, :, None])
    overlaps = {"iou": iou}
    cost = torch.where(is_inside, 0.0, OUTSIDE_COST)
    if weights.iou > 0:
        cost = cost - torch.log(iou + _EPS) * weights.iou
    if weights.oks > 0 or weights.locsim > 0 or indicator != "iou":
        athletes = (field[:, :, None] for field in (labels.keypoints_px, labels.shares, labels.areas))
        overlaps["oks"] = oks(found.keypoints_px, *athletes)
    if weights.locsim > 0 or indicator == "locsim":
        assert locsim is not None, "its weight and the indicator need it"
        overlaps["locsim"] = locsim(overlaps["oks"])
    if weights.oks > 0:
        cost = cost - torch.log(overlaps["oks"] + _EPS) * weights.oks
    if weights.cls > 0:
        cost = cost + _class_cost(found, labels.classes[:, :, None, None], weights.cls, exact)
    if weights.vis > 0:
        visible = found.visibility_logits.clip(min=-1e4, max=1e4).sigmoid()
        cost = cost + _cross_entropy(visible, labels.visible[:, :, None]) * weights.vis
    if weights.locsim > 0:
        cost = cost - weights.locsim * (overlaps["locsim"] + _EPS).log()
    return PairCosts(cost, overlaps[indicator], overlaps["iou" if indicator == "iou" else "oks"])


def _class_cost(found: Decoded, classes: Tensor, weight: float, exact: bool) -> Tensor:
    """Weighted cross entropy (B, N, V) of the scores of candidates, of classes (B, N, 1, 1)."""
    num_classes = found.class_logits.shape[-1]
    if num_classes == 1 and not exact:  # all are of it, and the logarithm of the score's root is half a sum
        return (F.logsigmoid(found.class_logits) + F.logsigmoid(found.objectness_logits))[..., 0] * (-0.5 * weight)
    wanted = classes == torch.arange(num_classes, device=classes.device)
    return _cross_entropy(joint_scores(found), wanted) * weight


def _cross_entropy(scores: Tensor, wanted: Tensor) -> Tensor:
    scores, wanted = torch.broadcast_tensors(scores, wanted.float())
    each = F.binary_cross_entropy(scores, wanted, reduction="none")
    return each[..., 0] if each.shape[-1] == 1 else each.sum(-1)
