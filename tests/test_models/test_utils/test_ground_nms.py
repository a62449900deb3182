"""Duplicates in metres and by box."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmpose.evaluation.functional import nms_torch

from mmsynloc.models.utils import box_nms, ground_nms, remove_duplicates

NOWHERE = [np.nan, np.nan]


def test_ground_nms__empty_input():
    assert ground_nms(np.zeros((0, 2)), np.zeros(0), 0.5).tolist() == []


def test_ground_nms__keeps_the_best_within_the_radius():
    points = np.array([[0.0, 0], [0.4, 0], [0.8, 0], [5.0, 5]])
    # 1 is the best and takes 0 and 2 with it
    assert ground_nms(points, np.array([0.6, 0.9, 0.8, 0.1]), 0.5).tolist() == [1, 3]
    # 0 takes 1, and 2 is then 0.8 m from the next who is kept
    assert ground_nms(points, np.array([0.9, 0.8, 0.7, 0.1]), 0.5).tolist() == [0, 2, 3]


def test_ground_nms__radius_is_inclusive_and_ties_go_to_the_first():
    points = np.array([[0.0, 0], [0.5, 0]])
    assert ground_nms(points, np.array([0.5, 0.5]), 0.5).tolist() == [0]
    assert ground_nms(points, np.array([0.5, 0.5]), 0.499).tolist() == [0, 1]


def test_ground_nms__over_the_horizon_all_stay():
    points = np.array([NOWHERE, NOWHERE, [0.0, 0]])
    assert ground_nms(points, np.array([0.1, 0.9, 0.5]), 0.5).tolist() == [1, 2, 0]


def test_ground_nms__three_hundred_people_with_twins():
    grid = np.stack(np.meshgrid(np.arange(20.0), np.arange(15.0)), -1).reshape(-1, 2) * 2
    rng = np.random.default_rng(0)
    twins = grid + rng.uniform(-0.3, 0.3, grid.shape)
    keep = ground_nms(np.concatenate([grid, twins]), np.concatenate([np.full(300, 0.9), np.full(300, 0.4)]), 0.6)
    assert sorted(keep.tolist()) == list(range(300))


def test_box_nms__empty_input():
    assert box_nms(np.zeros((0, 4)), np.zeros(0), 0.65).tolist() == []


def test_box_nms__equals_upstream():
    rng = np.random.default_rng(1)
    corners = rng.uniform(0, 60, (200, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(5, 30, (200, 2))], 1).astype(np.float32)
    scores = rng.permutation(200).astype(np.float32)
    expected = nms_torch(torch.tensor(boxes), torch.tensor(scores), 0.4)
    assert box_nms(boxes, scores, 0.4).tolist() == expected.tolist()


def test_box_nms__threshold_of_one_drops_none():
    boxes = np.array([[0.0, 0, 1, 1]] * 3)
    assert box_nms(boxes, np.array([0.1, 0.3, 0.2]), 1.0).tolist() == [1, 2, 0]


SAME_BOX = np.array([[0.0, 0, 10, 30], [1.0, 0, 11, 30]])  # overlap by 0.82


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([[0.0, 0], [3.0, 0]], [0, 1]),  # overlap in the image, apart on the ground
        ([[0.0, 0], [0.3, 0]], [0]),
        ([NOWHERE, NOWHERE], [0]),  # over the horizon the boxes decide
        ([[0.0, 0], NOWHERE], [0, 1]),
    ],
)
def test_remove_duplicates__on_the_pitch_and_over_the_horizon(points, expected):
    assert remove_duplicates(SAME_BOX, np.array([0.9, 0.5]), np.array(points)).tolist() == expected


def test_remove_duplicates__empty_input():
    assert len(remove_duplicates(np.zeros((0, 4)), np.zeros(0), np.zeros((0, 2)))) == 0


def test_remove_duplicates__order_is_by_score_over_the_horizon_too():
    boxes = np.array([[0.0, 0, 9, 9], [20.0, 0, 29, 9], [40.0, 0, 49, 9]])
    points = np.array([[0.0, 0], NOWHERE, [9.0, 9]])
    assert remove_duplicates(boxes, np.array([0.2, 0.5, 0.9]), points).tolist() == [2, 1, 0]
