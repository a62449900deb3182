"""The losses of a batch as weighted sums over slots, whose number does not depend on how many priors are positive."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmsynloc.models.heads.simcc_module import SimCCModule, gather_features
from mmsynloc.models.structures import Assignment, Decoded, Labels, Predictions, decode, take_rows

__all__ = [
    "auxiliary_losses",
    "detection_losses",
    "objectness_loss",
    "positive_predictions",
    "simcc_loss",
    "sum_over_slots",
    "target_offsets",
]


def sum_over_slots(
    losses: dict[str, Tensor], reductions: dict[str, str], weight: Tensor, count: Tensor
) -> dict[str, Tensor]:
    """Reduce losses (B, S, ...) over the slots that count, all at once.

    Args:
        losses: by name, element by element.
        reductions: ``"sum"`` or ``"mean"`` for each.
        weight: (B, S), 1 for a positive prior and 0 for an unused slot.
        count: scalar, number of positive priors, at least 1.
    """
    sums = (torch.stack([_of_slot(loss, reductions[name]) for name, loss in losses.items()]) * weight).sum((1, 2))
    means = sums / count
    return {name: total if reductions[name] == "sum" else mean for name, total, mean in zip(losses, sums, means)}


def _of_slot(loss: Tensor, reduction: str) -> Tensor:
    """The loss (B, S) of each slot, whose elements (B, S, ...) are summed or averaged."""
    elements = loss.flatten(2) if loss.ndim > 2 else loss[..., None]
    if elements.shape[-1] == 1:
        return elements[..., 0]
    return elements.sum(-1) if reduction == "sum" else elements.mean(-1)


def positive_predictions(predictions: Predictions, assignment: Assignment) -> Decoded:
    """The decoded predictions (B, S) of a flat assignment's priors.

    Unused slots hold zeros, decoded, and pass no gradient on: whatever the prior behind one predicts, it cannot spoil
    a sum in which it has no weight.
    """
    raw = take_rows(predictions.values, assignment.prior_index)
    raw = raw.masked_fill(assignment.weight[..., None] == 0, 0.0)
    priors = predictions.grid.priors[assignment.prior_index.flatten()].unflatten(0, raw.shape[:2])
    return decode(raw, priors, *predictions.sizes)


def objectness_loss(loss: nn.Module, reduction: str, predictions: Predictions, assignment: Assignment) -> Tensor:
    """Loss over all priors: 1 for the positive ones, 0 for the others."""
    logits = predictions.objectness_logits
    target = torch.zeros_like(logits).scatter_add(1, assignment.prior_index, assignment.weight)
    each = loss(logits, target)
    return each.sum() if reduction == "sum" else each.mean()


def detection_losses(
    losses: dict[str, nn.Module], found: Decoded, targets: Labels, quality: Tensor
) -> dict[str, Tensor]:
    """Losses of boxes, keypoints, visibilities and classes, (B, S, ...) each.

    Args:
        losses: ``loss_bbox``, ``loss_oks``, ``loss_vis`` and ``loss_cls``.
        found: predictions (B, S).
        targets: (B, S).
        quality: (B, S) in [0, 1], what the classification of the athlete's class is to say.
    """
    num_classes, wanted = found.class_logits.shape[-1], quality[..., None]
    if num_classes > 1:
        wanted = (targets.classes[..., None] == torch.arange(num_classes, device=quality.device)) * wanted
    keypoints = (found.keypoints_px, targets.keypoints_px, targets.visible, targets.areas, targets.shares)
    return {
        "loss_bbox": losses["loss_bbox"](found.boxes_xyxy, targets.boxes_xyxy),
        "loss_kpt": losses["loss_oks"](*keypoints),
        "loss_vis": losses["loss_vis"](found.visibility_logits, targets.visible, targets.visible_weights),
        "loss_cls": losses["loss_cls"](found.class_logits, wanted),
    }


def target_offsets(found: Decoded, targets: Labels) -> Tensor:
    """Where the keypoints are (B, S, K, 2), from the priors of the slots, in strides."""
    return (targets.keypoints_px - found.priors[..., None, :2]) / found.priors[..., None, 2:]


def auxiliary_losses(
    losses: dict[str, nn.Module], found: Decoded, targets: Labels, offsets: Tensor
) -> dict[str, Tensor]:
    """Losses (B, S, ...) of raw boxes and offsets: of ``loss_bbox_aux`` and ``loss_kpt_aux`` those that there are.

    Args:
        losses: by name.
        found: predictions (B, S).
        targets: (B, S).
        offsets: of :func:`target_offsets`.
    """
    points, strides = found.priors[..., :2], found.priors[..., 2:]
    result = {}
    if "loss_bbox_aux" in losses:
        low, high = targets.boxes_xyxy.split(2, -1)
        middle, sides = (low.lerp(high, 0.5) - points) / strides, torch.log((high - low) / strides + 1e-8)
        result["loss_bbox_aux"] = losses["loss_bbox_aux"](found.boxes, torch.cat([sides, middle], -1))
    if "loss_kpt_aux" in losses:
        share = targets.visible / targets.visible.shape[-1]
        result["loss_kpt_aux"] = losses["loss_kpt_aux"](found.offsets, offsets, share)
    return result


def simcc_loss(
    loss: nn.Module,
    simcc: SimCCModule,
    predictions: Predictions,
    assignment: Assignment,
    regressed: Tensor,
    offsets: Tensor,
    counted: Tensor,
) -> Tensor:
    """Loss of the classified coordinates; its gradient reaches the classification's own layers alone.

    Args:
        loss: of the distributions.
        simcc: the classification.
        predictions: of all priors.
        assignment: flat.
        regressed: (B, S, K, 2) offsets in strides.
        offsets: of :func:`target_offsets`.
        counted: (B, S, K), 0 for what does not count.
    """
    features = gather_features([level.detach() for level in predictions.pose_features], assignment.prior_index)
    target, inside = simcc.encode(offsets)
    return loss(simcc(features.float(), regressed), target, inside * counted)
