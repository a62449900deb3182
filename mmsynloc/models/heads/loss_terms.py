"""The losses of a batch as weighted sums over slots, whose number does not depend on how many priors are positive."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from mmsynloc.models.heads.simcc_module import SimCCModule, gather_features
from mmsynloc.models.structures import Assignment, Decoded, Labels, Predictions, decode, take_rows

__all__ = [
    "ElementLoss",
    "Slots",
    "auxiliary_losses",
    "detection_losses",
    "objectness_loss",
    "positive_predictions",
    "simcc_loss",
]


class Slots(NamedTuple):
    """Which slots count.

    Args:
        weight: (B, S), 1 for a positive prior and 0 for an unused slot.
        count: scalar, number of positive priors, at least 1.
    """

    weight: Tensor
    count: Tensor


class ElementLoss(NamedTuple):
    """A loss of upstream, element by element, and how it is to be summed.

    Args:
        module: built with ``reduction="none"``.
        reduction: ``"sum"``, or ``"mean"`` over the positive priors.
    """

    module: nn.Module
    reduction: str

    def __call__(self, slots: Slots, *args: Tensor) -> Tensor:
        """Reduce the loss of ``args`` (B, S, ...) over the slots that count; 0 where none does."""
        loss = self.module(*args)
        size = loss.shape[2:].numel()
        total = (loss.reshape(*slots.weight.shape, size) * slots.weight[..., None]).sum()
        return total if self.reduction == "sum" else total / (slots.count * size)


def positive_predictions(predictions: Predictions, assignment: Assignment) -> Decoded:
    """The decoded predictions (B, S) of a flat assignment's priors.

    Unused slots hold zeros, decoded, and pass no gradient on: whatever the prior behind one predicts, it cannot spoil
    a sum in which it has no weight.
    """
    raw = take_rows(predictions.values, assignment.prior_index)
    raw = torch.where(assignment.weight[..., None] > 0, raw, 0.0)
    priors = predictions.grid.priors[assignment.prior_index.flatten()].unflatten(0, raw.shape[:2])
    return decode(raw, priors, *predictions.sizes)


def objectness_loss(loss: ElementLoss, predictions: Predictions, assignment: Assignment) -> Tensor:
    """Loss over all priors: 1 for the positive ones, 0 for the others."""
    logits = predictions.objectness_logits
    target = torch.zeros_like(logits).scatter_add(1, assignment.prior_index, assignment.weight)
    each = loss.module(logits, target)
    return each.sum() if loss.reduction == "sum" else each.mean()


def detection_losses(
    losses: dict[str, ElementLoss], found: Decoded, targets: Labels, slots: Slots, quality: Tensor
) -> dict[str, Tensor]:
    """Losses of boxes, keypoints, visibilities and classes.

    Args:
        losses: ``loss_bbox``, ``loss_oks``, ``loss_vis`` and ``loss_cls``.
        found: predictions (B, S).
        targets: (B, S).
        slots: which of them count.
        quality: (B, S) in [0, 1], what the classification of the athlete's class is to say.
    """
    classes = torch.arange(found.class_logits.shape[-1], device=quality.device)
    wanted = (targets.classes[..., None] == classes) * quality[..., None]
    keypoints = (found.keypoints_px, targets.keypoints_px, targets.visible, targets.areas)
    return {
        "loss_bbox": losses["loss_bbox"](slots, found.boxes_xyxy, targets.boxes_xyxy),
        "loss_kpt": losses["loss_oks"](slots, *keypoints),
        "loss_vis": losses["loss_vis"](slots, found.visibility_logits, targets.visible, targets.visible_weights),
        "loss_cls": losses["loss_cls"](slots, found.class_logits, wanted),
    }


def auxiliary_losses(
    losses: dict[str, ElementLoss], found: Decoded, targets: Labels, slots: Slots
) -> dict[str, Tensor]:
    """Losses of raw boxes and offsets in strides, those of ``loss_bbox_aux`` and ``loss_kpt_aux`` that there are."""
    points, strides = found.priors[..., :2], found.priors[..., 2:]
    result = {}
    if "loss_bbox_aux" in losses:
        low, high = targets.boxes_xyxy.split(2, -1)
        middle, sides = ((low + high) / 2.0 - points) / strides, torch.log((high - low) / strides + 1e-8)
        result["loss_bbox_aux"] = losses["loss_bbox_aux"](slots, found.boxes, torch.cat([middle, sides], -1))
    if "loss_kpt_aux" in losses:
        offsets = (targets.keypoints_px - points[..., None, :]) / strides[..., None, :]
        share = targets.visible / targets.visible.shape[-1]
        result["loss_kpt_aux"] = losses["loss_kpt_aux"](slots, found.offsets, offsets, share)
    return result


def simcc_loss(
    loss: nn.Module,
    simcc: SimCCModule,
    predictions: Predictions,
    assignment: Assignment,
    found: Decoded,
    targets: Labels,
) -> Tensor:
    """Loss of the classified coordinates; its gradient reaches the classification's own layers alone."""
    features = gather_features([level.detach() for level in predictions.pose_features], assignment.prior_index)
    priors = found.priors.flatten(0, 1)
    wanted = targets.keypoints_px.flatten(0, 1)
    target, inside = simcc.encode(wanted, priors)
    logits = simcc(features.float().flatten(0, 1), found.keypoints_px.flatten(0, 1), priors)
    counted = inside * targets.visible.flatten(0, 1) * assignment.weight.flatten()[:, None]
    return loss(logits, target, counted)
