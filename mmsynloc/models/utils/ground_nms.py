"""Removal of duplicates by their distance on the pitch in metres, for a whole batch at once."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor

from mmsynloc.models.utils.boxes import box_iou, by_column
from mmsynloc.placement.duplicates import DUPLICATE_IOU

__all__ = ["GROUND_NMS_RADIUS_M", "box_nms", "greedy_keep", "ground_nms", "remove_duplicates"]

GROUND_NMS_RADIUS_M = 0.6
"""Two athletes rarely stand closer."""

# A GPU cannot say when nothing changes any more without making the host wait. So many rounds are enough as long as no
# detection is only kept because the 63rd of a chain of neighbours, each a duplicate of the one before, was dropped.
_MAX_ROUNDS = 64


def greedy_keep(is_duplicate: Tensor, valid: Tensor) -> Tensor:
    """Non-maximum suppression: keep the best, drop its duplicates, go on with the best of the rest, and so on.

    Each round drops all duplicates of the detections that the round before has kept. This ends at the
    result of the one-by-one procedure, after as many rounds as the longest chain of duplicates has members.

    Args:
        is_duplicate: (B, P, P) bool, symmetric; the P detections of an image go by falling score.
        valid: (B, P) bool, false for padding.

    Returns:
        (B, P) bool, which detections are kept.
    """
    if torch.jit.is_tracing():  # type: ignore[attr-defined]
        return _rounds_until_done()(is_duplicate.triu(1).float(), valid)
    on_cpu = valid.device.type == "cpu"
    drops = is_duplicate.triu(1).float()  # row i: what detection i drops, if it is kept itself
    keep = valid
    for _ in range(valid.shape[1] if on_cpu else min(valid.shape[1], _MAX_ROUNDS)):
        before, keep = keep, valid & ~((keep[:, None].float() @ drops)[:, 0] > 0)
        if on_cpu and torch.equal(before, keep):
            break
    return keep


def _rounds(drops: Tensor, valid: Tensor) -> Tensor:
    """The rounds as TorchScript understands them, so that an exported model goes on until nothing changes."""
    keep = valid
    changes = True
    while changes:
        before = keep
        keep = valid & ~((before[:, None].float() @ drops)[:, 0] > 0)
        changes = bool((keep != before).any())
    return keep


@cache
def _rounds_until_done() -> Any:
    return torch.jit.script(_rounds)


def _overlap(boxes_xyxy: Tensor) -> Tensor:
    """Intersection over union (B, P, P) of all pairs of boxes."""
    boxes = by_column(boxes_xyxy)
    return box_iou(boxes[:, :, None], boxes[:, None])


def _at_same_position(points_pitch_m: Tensor, radius_m: float) -> Tensor:
    """(B, P, P) bool; false for points that are not numbers."""
    squares = [(axis[:, :, None] - axis[:, None]).square() for axis in points_pitch_m.unbind(-1)]
    return squares[0] + squares[1] <= radius_m**2


def ground_nms(points_pitch_m: Tensor, valid: Tensor, radius_m: float) -> Tensor:
    """Keep the best of the detections within ``radius_m`` of each other.

    Args:
        points_pitch_m: (B, P, 2) m, by falling score. Points that are NaN (above the horizon) stay and drop none.
        valid: (B, P) bool, false for padding.
        radius_m: a detection at this distance from a better one, or nearer, is dropped.

    Returns:
        (B, P) bool, which detections are kept.
    """
    return greedy_keep(_at_same_position(points_pitch_m, radius_m), valid)


def box_nms(boxes_xyxy: Tensor, valid: Tensor, iou_threshold: float) -> Tensor:
    """Box NMS as upstream's ``nms_torch``.

    Args:
        boxes_xyxy: (B, P, 4) px, by falling score.
        valid: (B, P) bool, false for padding.
        iou_threshold: boxes that overlap a better one by more are dropped; 1 or more drops none.

    Returns:
        (B, P) bool, which detections are kept.
    """
    if iou_threshold >= 1:
        return valid
    return greedy_keep(_overlap(boxes_xyxy) > iou_threshold, valid)


def remove_duplicates(
    boxes_xyxy: Tensor,
    points_pitch_m: Tensor,
    valid: Tensor,
    radius_m: float = GROUND_NMS_RADIUS_M,
    box_threshold: float = DUPLICATE_IOU,
) -> Tensor:
    """Ground NMS; box NMS among the detections above the horizon, which have no ground position.

    Args:
        boxes_xyxy: (B, P, 4) px, by falling score.
        points_pitch_m: (B, P, 2) m, NaN above the horizon.
        valid: (B, P) bool, false for padding.
        radius_m: as for :func:`ground_nms`.
        box_threshold: as for :func:`box_nms`.

    Returns:
        (B, P) bool, which detections are kept.
    """
    is_over = points_pitch_m.isnan().any(-1)
    is_duplicate = _at_same_position(points_pitch_m, radius_m)
    if box_threshold < 1:
        overlap = _overlap(boxes_xyxy) > box_threshold
        is_duplicate = is_duplicate | (overlap & is_over[:, :, None] & is_over[:, None])
    return greedy_keep(is_duplicate, valid)
