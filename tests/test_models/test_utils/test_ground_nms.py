"""Duplicates in metres and by box."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmpose.evaluation.functional import nms_torch

from mmsynloc.models.utils import box_nms, greedy_keep, ground_nms, remove_duplicates

NOWHERE = [np.nan, np.nan]


def _points(*points):
    """Positions of one image and that all of them are there."""
    there = torch.ones(1, len(points), dtype=torch.bool)
    return torch.tensor(np.array(points), dtype=torch.float32).reshape(1, -1, 2), there


def _one_by_one(is_duplicate, valid):
    """The definition of the procedure."""
    keep = torch.zeros_like(valid)
    for image in range(len(valid)):
        for j in range(valid.shape[1]):
            earlier = (keep[image, :j] & is_duplicate[image, :j, j]).any()
            keep[image, j] = valid[image, j] & ~earlier
    return keep


def test_greedy_keep__empty_input():
    assert greedy_keep(torch.zeros(2, 0, 0, dtype=torch.bool), torch.zeros(2, 0, dtype=torch.bool)).shape == (2, 0)


@pytest.mark.parametrize("density", [0.01, 0.05, 0.3, 1.0])
def test_greedy_keep__is_the_one_by_one_procedure(density):
    generator = torch.Generator().manual_seed(0)
    is_duplicate = torch.rand(3, 120, 120, generator=generator) < density
    is_duplicate = is_duplicate | is_duplicate.mT
    valid = torch.rand(3, 120, generator=generator) < 0.8
    assert torch.equal(greedy_keep(is_duplicate, valid), _one_by_one(is_duplicate, valid))


def test_greedy_keep__a_chain_takes_every_second():
    neighbours = torch.ones(1, 200, 200).tril(1).triu(-1) > 0
    assert greedy_keep(neighbours, torch.ones(1, 200, dtype=torch.bool))[0].tolist() == [True, False] * 100


def test_ground_nms__empty_input():
    assert ground_nms(torch.zeros(1, 0, 2), torch.zeros(1, 0, dtype=torch.bool), 0.5).shape == (1, 0)


def test_ground_nms__keeps_the_best_within_the_radius():
    # the first takes both neighbours with it
    assert ground_nms(*_points([0.4, 0], [0.8, 0], [0.0, 0], [5.0, 5]), 0.5).tolist() == [[True, False, False, True]]
    # the first takes the second, and the third is then 0.8 m from the next who is kept
    assert ground_nms(*_points([0.0, 0], [0.4, 0], [0.8, 0], [5.0, 5]), 0.5).tolist() == [[True, False, True, True]]


def test_ground_nms__radius_is_inclusive_and_ties_go_to_the_first():
    pair = _points([0.0, 0], [0.5, 0])
    assert ground_nms(*pair, 0.5).tolist() == [[True, False]]
    assert ground_nms(*pair, 0.499).tolist() == [[True, True]]


def test_ground_nms__over_the_horizon_all_stay():
    assert ground_nms(*_points(NOWHERE, NOWHERE, [0.0, 0]), 0.5).all()


def test_ground_nms__three_hundred_people_with_twins():
    grid = np.stack(np.meshgrid(np.arange(20.0), np.arange(15.0)), -1).reshape(-1, 2) * 2
    rng = np.random.default_rng(0)
    twins = grid + rng.uniform(-0.3, 0.3, grid.shape)
    keep = ground_nms(*_points(*grid, *twins), 0.6)
    assert keep[0].tolist() == [True] * 300 + [False] * 300


def test_box_nms__empty_input():
    assert box_nms(torch.zeros(1, 0, 4), torch.zeros(1, 0, dtype=torch.bool), 0.65).shape == (1, 0)


def test_box_nms__equals_upstream():
    rng = np.random.default_rng(1)
    corners = rng.uniform(0, 60, (200, 2))
    boxes = torch.tensor(np.concatenate([corners, corners + rng.uniform(5, 30, (200, 2))], 1), dtype=torch.float32)
    expected = nms_torch(boxes, torch.arange(200.0).flip(0), 0.4)
    assert (
        box_nms(boxes[None], torch.ones(1, 200, dtype=torch.bool), 0.4)[0].nonzero()[:, 0].tolist() == expected.tolist()
    )


def test_box_nms__threshold_of_one_drops_none():
    assert box_nms(torch.tensor([[[0.0, 0, 1, 1]] * 3]), torch.ones(1, 3, dtype=torch.bool), 1.0).all()


def test_box_nms__padding_drops_nobody():
    boxes = torch.tensor([[[0.0, 0, 1, 1]] * 3])
    assert box_nms(boxes, torch.tensor([[False, True, True]]), 0.5).tolist() == [[False, True, False]]


SAME_BOX = torch.tensor([[[0.0, 0, 10, 30], [1.0, 0, 11, 30]]])  # overlap by 0.82


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([[0.0, 0], [3.0, 0]], [True, True]),  # overlap in the image, apart on the ground
        ([[0.0, 0], [0.3, 0]], [True, False]),
        ([NOWHERE, NOWHERE], [True, False]),  # over the horizon the boxes decide
        ([[0.0, 0], NOWHERE], [True, True]),
    ],
)
def test_remove_duplicates__on_the_pitch_and_over_the_horizon(points, expected):
    assert remove_duplicates(SAME_BOX, *_points(*points)).tolist() == [expected]


def test_remove_duplicates__empty_input():
    nobody = torch.zeros(1, 0, dtype=torch.bool)
    assert remove_duplicates(torch.zeros(1, 0, 4), torch.zeros(1, 0, 2), nobody).shape == (1, 0)


def test_greedy_keep__traced_goes_on_until_nothing_changes():
    alone = torch.eye(200, dtype=torch.bool)[None]  # one round is enough for the example
    there = torch.ones(1, 200, dtype=torch.bool)
    traced = torch.jit.trace(greedy_keep, (alone, there), check_trace=False)
    neighbours = torch.ones(1, 200, 200).tril(1).triu(-1) > 0
    assert traced(neighbours, there)[0].tolist() == [True, False] * 100
