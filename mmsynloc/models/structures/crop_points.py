"""What the second stage says of a batch of crops, and what it is trained with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmsynloc.models.structures.rows import to_device

__all__ = ["CropLabels", "CropOutputs", "CropPoints", "crop_labels"]


class CropOutputs(NamedTuple):
    """The network's outputs for P crops with K keypoints.

    Args:
        logits_x: (P, K, W') of the bins along x.
        logits_y: (P, K, H') of the bins along y.
        quality_logits: (P,) of how near to an athlete's true position the ground point is; None without that output.
    """

    logits_x: Tensor
    logits_y: Tensor
    quality_logits: Tensor | None


class CropPoints(NamedTuple):
    """Outputs as points.

    Args:
        points_px: (P, K, 2) px of the crop.
        variances_px2: (P, K, 2) px² of the crop along x and y, beyond that of the labels.
        quality: (P,) in [0, 1]; 1 without that output.
    """

    points_px: Tensor
    variances_px2: Tensor
    quality: Tensor


class CropLabels(NamedTuple):
    """The truth of P crops.

    Args:
        keypoints_px: (P, K, 2) px of the crop.
        visible: (P, K) weights, 0 for a keypoint that does not count.
        pixel_to_metre: (P, 2, 2) d(pitch m) / d(crop px), zeros where there is none.
        is_athlete: (P,) 1 or 0.
    """

    keypoints_px: Tensor
    visible: Tensor
    pixel_to_metre: Tensor
    is_athlete: Tensor


def crop_labels(data_samples: Sequence[PoseDataSample], device: torch.device) -> CropLabels:
    """The labels of all crops of a batch of frames in one table, with one transfer to the device."""
    rows = []
    for sample in data_samples:
        found = sample.gt_instance_labels
        columns = (found.keypoints, found.keypoints_visible, found.pixel_to_metre, found.is_athlete)
        rows.append(torch.cat([column.float().reshape(len(column), -1) for column in columns], 1))
    number = data_samples[0].gt_instance_labels.keypoints.shape[1]
    table = to_device(torch.cat(rows), device)
    points, visible, metric, is_athlete = table.split([2 * number, number, 4, 1], 1)
    return CropLabels(points.unflatten(1, (number, 2)), visible, metric.unflatten(1, (2, 2)), is_athlete[:, 0])
