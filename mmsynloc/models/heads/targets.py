"""What upstream's target assignment returns, by name, and what the losses in metres need of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample
from torch import Tensor

__all__ = ["Positives", "Targets", "split_metric", "with_metric"]


class Targets(NamedTuple):
    """The tuple that ``YOLOXPoseHead._get_targets`` returns, in its order.

    - B: batch size; M: number of priors; P: number of positive ones in the batch; K: number of keypoints

    Where P is 0, upstream leaves tuples of empty tensors in the places of the (P, ...) tensors.
    """

    pos_masks: Tensor  # (B * M,) bool
    cls_targets: Tensor  # (P, num_classes)
    obj_targets: Tensor  # (B * M, 1)
    obj_weights: Tensor  # (B * M, 1)
    bbox_targets: Tensor  # (P, 4) xyxy px
    bbox_aux_targets: Tensor | None
    kpt_targets: Tensor  # (P, K, 2) px
    kpt_aux_targets: Tensor | None
    vis_targets: Tensor  # (P, K)
    vis_weights: Tensor  # (P, K)
    pos_areas: Tensor  # (P,) px²
    pos_priors: Tensor  # (P, 4): x, y, stride, stride in px
    group_indices: Any
    num_fg_imgs: tuple[int, ...]  # positive priors of each image


@dataclass
class Positives:
    """The P positive priors of a batch and what they are to predict.

    Args:
        mask: (B * M,) bool, which priors they are.
        keypoints_px: (P, K, 2) px, targets.
        visible: (P, K), 0 where a target does not count.
        priors: (P, 4): x, y, stride, stride in px.
        pixel_to_metre: (P, 2, 2), d(pitch m) / d(px) at the target; zeros on the horizon; None if nobody needs it.
    """

    mask: Tensor
    keypoints_px: Tensor
    visible: Tensor
    priors: Tensor
    pixel_to_metre: Tensor | None


def with_metric(data_sample: PoseDataSample) -> PoseDataSample:
    """A sample whose labels carry ``pixel_to_metre`` in more columns of ``keypoints_visible_weights``.

    Upstream's assignment does nothing with these weights but pick each prior's and stack them over the batch, so
    that what rides in them arrives prior by prior; :func:`split_metric` takes it out again.
    """
    labels = data_sample.gt_instance_labels
    weights = labels.get("keypoints_visible_weights", torch.ones_like(labels.keypoints_visible))
    carrying = InstanceData(**dict(labels.items()))
    carrying.keypoints_visible_weights = torch.cat([weights, labels.pixel_to_metre.flatten(1)], 1)
    sample = PoseDataSample(gt_instance_labels=carrying)
    if "gt_fields" in data_sample:
        sample.gt_fields = data_sample.gt_fields
    return sample


def split_metric(targets: Targets) -> tuple[Targets, Tensor]:
    """The targets without, and the (P, 2, 2) matrices of, :func:`with_metric`."""
    weights, metric = targets.vis_weights[:, :-4], targets.vis_weights[:, -4:]
    return targets._replace(vis_weights=weights), metric.reshape(-1, 2, 2)
