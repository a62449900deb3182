"""Labelled crops for the tests of the second stage."""

from __future__ import annotations

import torch
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

CROP_SIZE = (48, 64)


def labelled_crops(count: int, is_athlete: bool = True, visible: float = 1.0, metric: float = 0.05) -> PoseDataSample:
    """The sample of a frame with so many crops, all of them alike."""
    sample = PoseDataSample()
    sample.gt_instance_labels = InstanceData(
        keypoints=torch.rand(count, 2, 2) * torch.tensor(CROP_SIZE),
        keypoints_visible=torch.full((count, 2), visible),
        pixel_to_metre=torch.eye(2).repeat(count, 1, 1) * metric,
        is_athlete=torch.full((count,), is_athlete),
        geometry=torch.rand(count, 4),
    )
    return sample
