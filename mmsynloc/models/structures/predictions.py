"""What the network says of every prior, raw and decoded."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from mmsynloc.models.structures.grid import Grid
from mmsynloc.models.structures.rows import take_rows

__all__ = ["Decoded", "HeadOutputs", "Predictions", "decode", "flatten_outputs", "take_priors"]


class HeadOutputs(NamedTuple):
    """The network's outputs, each a list of (B, C', H, W) by level.

    - B: batch size; C: number of classes; K: number of keypoints

    Args:
        class_logits: C' = C.
        objectness_logits: C' = 1.
        boxes: C' = 4: centre's offset from the prior in strides, logarithm of the sides in strides.
        offsets: C' = 2K: keypoints' offsets from the prior in strides.
        visibility_logits: C' = K.
        pose_features: what the offsets are computed from.
    """

    class_logits: list[Tensor]
    objectness_logits: list[Tensor]
    boxes: list[Tensor]
    offsets: list[Tensor]
    visibility_logits: list[Tensor]
    pose_features: list[Tensor]


class Predictions(NamedTuple):
    """The outputs of a batch, prior by prior.

    Args:
        values: (B, M, C + 5 + 3K) float32, raw: class logits, objectness logit, logarithms of the box's sides, offset
            of its centre, offsets of the keypoints, visibility logits.
        grid: the M priors.
        num_classes: C.
        num_keypoints: K.
        pose_features: (B, C', H, W) of each level.
    """

    values: Tensor
    grid: Grid
    num_classes: int
    num_keypoints: int
    pose_features: tuple[Tensor, ...]

    @property
    def sizes(self) -> tuple[int, int]:
        """Number of classes and of keypoints, as :func:`decode` takes them."""
        return self.num_classes, self.num_keypoints

    @property
    def objectness_logits(self) -> Tensor:
        """(B, M)."""
        return self.values[..., self.num_classes]


class Decoded(NamedTuple):
    """Predictions of chosen priors; ``...`` are (B, S).

    Args:
        class_logits: (..., C).
        objectness_logits: (..., 1).
        boxes: (..., 4) raw: logarithms of the sides, then the centre's offset.
        offsets: (..., K, 2) raw.
        visibility_logits: (..., K).
        boxes_xyxy: (..., 4) px.
        keypoints_px: (..., K, 2).
        priors: (..., 4): x, y, stride, stride in px.
    """

    class_logits: Tensor
    objectness_logits: Tensor
    boxes: Tensor
    offsets: Tensor
    visibility_logits: Tensor
    boxes_xyxy: Tensor
    keypoints_px: Tensor
    priors: Tensor


def flatten_outputs(outputs: HeadOutputs, grid: Grid) -> Predictions:
    """Outputs by level as outputs by prior, in float32."""
    levels = []
    for classes, objectness, boxes, offsets, visibility in zip(*outputs[:5]):
        maps = (classes, objectness, boxes[:, 2:], boxes[:, :2], offsets, visibility)
        levels.append(torch.cat([map_.float().movedim(1, -1).flatten(1, 2) for map_ in maps], -1))
    num_classes, num_keypoints = outputs.class_logits[0].shape[1], outputs.visibility_logits[0].shape[1]
    return Predictions(torch.cat(levels, 1), grid, num_classes, num_keypoints, tuple(outputs.pose_features))


def decode(values: Tensor, priors: Tensor, num_classes: int, num_keypoints: int) -> Decoded:
    """Raw predictions to pixels, as upstream's ``decode_bbox`` and ``decode_kpt_reg``.

    Args:
        values: (..., C + 5 + 3K) as in :class:`Predictions`.
        priors: (..., 4): x, y, stride, stride in px; or (..., 3), the stride once.
        num_classes: C.
        num_keypoints: K.
    """
    parts = values.split([num_classes, 1, 2, 2 + 2 * num_keypoints, num_keypoints], -1)
    class_logits, objectness, sides, offsets, visibility = parts
    offsets = offsets.unflatten(-1, (1 + num_keypoints, 2))  # of the box's centre and of the keypoints
    points = offsets * priors[..., None, 2:] + priors[..., None, :2]
    centre, half = points[..., 0, :], sides.exp() * priors[..., 2:] / 2
    # column by column in memory, which is how the overlaps of boxes are computed fastest
    last = centre.ndim - 1  # the exporter to ONNX does not count from the end
    corners = torch.cat([corner.movedim(last, 0) for corner in (centre - half, centre + half)])
    return Decoded(
        class_logits,
        objectness,
        values[..., num_classes + 1 : num_classes + 5],
        offsets[..., 1:, :],
        visibility,
        corners.movedim(0, last),
        points[..., 1:, :],
        priors,
    )


def take_priors(predictions: Predictions, index: Tensor, priors: Tensor | None = None) -> Decoded:
    """Decoded predictions of the priors (B, S), whose places (B, S, 4) may be known."""
    if priors is None:
        priors = predictions.grid.priors[index.flatten()].unflatten(0, index.shape)
    return decode(take_rows(predictions.values, index), priors, *predictions.sizes)
