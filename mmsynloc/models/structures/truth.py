"""The athletes of a batch, padded to the image that has most of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmsynloc.models.structures.rows import take_rows, to_device
from mmsynloc.models.utils.locsim import clean_metric
from mmsynloc.models.utils.oks import visible_shares

__all__ = ["Labels", "Truth", "pad_truth"]


class Labels(NamedTuple):
    """Labels in px of the network's input; ``...`` are the athletes (B, N) of a batch, or (B, S) of its slots.

    - K: number of keypoints

    Args:
        classes: (...) float32, from 0.
        boxes_xyxy: (..., 4) px.
        keypoints_px: (..., K, 2).
        visible: (..., K), 0 where a keypoint does not count.
        shares: (..., K), what each keypoint counts in the athlete's OKS, sums of 1.
        visible_weights: (..., K), weights of the visibility's loss.
        areas: (...) px².
        pixel_to_metre: (..., 2, 2), d(pitch m) / d(px) at pelvis_ground; zeros for athletes on the horizon, and for
            all where the labels do not carry it.
        has_metric: (...) bool, where it is not zeros.
    """

    classes: Tensor
    boxes_xyxy: Tensor
    keypoints_px: Tensor
    visible: Tensor
    shares: Tensor
    visible_weights: Tensor
    areas: Tensor
    pixel_to_metre: Tensor
    has_metric: Tensor


class Truth(NamedTuple):
    """The labels of a batch in one table, which travels in one piece; padding is all zeros.

    - B: batch size; N: largest number of athletes in an image, at least 1

    Args:
        table: (B, N, F) float32, a column that is 1 for athletes, then the fields of :class:`Labels` in their order.
        num_keypoints: K.
    """

    table: Tensor
    num_keypoints: int

    @property
    def mask(self) -> Tensor:
        """(B, N) bool, which entries are athletes."""
        return self.table[..., 0] > 0

    @property
    def labels(self) -> Labels:
        """The labels (B, N) by name."""
        return _named(self.table, self.num_keypoints)

    def of(self, athlete_index: Tensor) -> Labels:
        """The labels (B, S) of the athletes (B, S) that slots belong to."""
        return _named(take_rows(self.table, athlete_index), self.num_keypoints)


def _named(table: Tensor, num_keypoints: int) -> Labels:
    sizes = [1, 1, 4, 2 * num_keypoints, *[num_keypoints] * 3, 1, 4, 1]
    _, classes, boxes, keypoints, visible, shares, weights, areas, metric, has_metric = table.split(sizes, -1)
    keypoints, metric = keypoints.unflatten(-1, (num_keypoints, 2)), metric.unflatten(-1, (2, 2))
    of_keypoints = (keypoints, visible, shares, weights)
    return Labels(classes[..., 0], boxes, *of_keypoints, areas[..., 0], metric, has_metric[..., 0] > 0)


def pad_truth(
    data_samples: Sequence[PoseDataSample],
    num_keypoints: int,
    device: torch.device | str,
    needs_metric: bool = False,
) -> Truth:
    """Gather the labels of a batch in one table and bring it to the device in one copy.

    Args:
        data_samples: B samples with ``gt_instance_labels``, on the host or on the device.
        num_keypoints: K.
        device: of the result.
        needs_metric: whether ``pixel_to_metre`` must be among the labels.

    Raises:
        ValueError: the labels carry no ``pixel_to_metre`` and it is needed, or there is a mask of ignored regions.
    """
    labels = [sample.gt_instance_labels for sample in data_samples]
    counts = [len(one) for one in labels]
    present = [one for one, count in zip(labels, counts) if count]
    _check(data_samples, present, needs_metric)
    longest = max([1, *counts])
    if not present:
        return Truth(torch.zeros(len(labels), longest, 12 + 5 * num_keypoints, device=device), num_keypoints)
    table = _table(present)
    rows = torch.tensor([i * longest + n for i, count in enumerate(counts) for n in range(count)])
    padded = table.new_zeros(len(labels) * longest, table.shape[1]).index_copy(0, to_device(rows, table.device), table)
    return Truth(to_device(padded.unflatten(0, (-1, longest)), torch.device(device)), num_keypoints)


def _check(data_samples: Sequence[PoseDataSample], labels: list[InstanceData], needs_metric: bool) -> None:
    if needs_metric and any("pixel_to_metre" not in one for one in labels):
        raise ValueError("the labels carry no pixel_to_metre: set with_ground_metric=True in train_dataloader.dataset")
    if any("heatmap_mask" in sample.get("gt_fields", ()) for sample in data_samples):
        raise ValueError("masks of ignored regions (heatmap_mask) are not supported: take them out of the pipeline")


def _table(labels: list[InstanceData]) -> Tensor:
    """The athletes of all images one after another (T, F), field by field: few copies, however many images."""

    def stacked(name: str) -> Tensor:
        column = torch.cat([one[name] for one in labels]).float()
        return column.reshape(len(column), -1)

    visible = stacked("keypoints_visible")
    ones = torch.ones_like(visible)
    has_weights = all("keypoints_visible_weights" in one for one in labels)
    has_metric = all("pixel_to_metre" in one for one in labels)
    metric = torch.cat([one["pixel_to_metre"] for one in labels]) if has_metric else ones.new_zeros(len(ones), 2, 2)
    metric, usable = clean_metric(metric)
    columns = [
        ones[:, :1],
        stacked("labels"),
        stacked("bboxes"),
        stacked("keypoints"),
        visible,
        visible_shares(visible),
        stacked("keypoints_visible_weights") if has_weights else ones,
        stacked("areas"),
        metric.flatten(1),
        usable[:, None].float(),
    ]
    return torch.cat(columns, 1)
