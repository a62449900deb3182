"""LocSim as an overlap."""

from __future__ import annotations

import torch

from mmsynloc.models import LocSimCalculator


def _keypoints(*ground_x):
    return torch.tensor([[[7.0, 7.0], [x, 0.0]] for x in ground_x])


def test_calculator__empty_input():
    overlap = LocSimCalculator()(
        _keypoints()[None].reshape(0, 2, 2), torch.zeros(0, 2, 2), torch.zeros(0, 2, 2), torch.zeros(0)
    )
    assert overlap.shape == (0,)


def test_calculator__pairwise_by_hand():
    predicted, target = _keypoints(0.0, 10.0, 20.0), _keypoints(0.0, 10.0)
    metric = torch.stack([0.1 * torch.eye(2), 0.2 * torch.eye(2)])  # metres per pixel of either athlete
    overlap = LocSimCalculator()(predicted[:, None], target, metric, torch.zeros(3, 2))
    expected = torch.tensor([[1.0, 0.05**4], [0.05, 1.0], [0.05**4, 0.05**4]])
    torch.testing.assert_close(overlap, expected)


def test_calculator__falls_back_on_the_horizon():
    metric = torch.stack([torch.zeros(2, 2), torch.eye(2)])
    overlap = LocSimCalculator()(_keypoints(0.0, 0.0), _keypoints(3.0, 0.0), metric, torch.tensor([0.7, 0.2]))
    torch.testing.assert_close(overlap, torch.tensor([0.7, 1.0]))
