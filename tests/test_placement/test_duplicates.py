"""Of detections at one place the best is kept."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mmsynloc.models.utils import remove_duplicates
from mmsynloc.placement import distinct_athletes

NOWHERE = [np.nan, np.nan]
OVERLAPPING = np.array([[0.0, 0, 10, 30], [1.0, 0, 11, 30]])  # by 0.82


def test_distinct_athletes__nobody():
    assert distinct_athletes(np.zeros((0, 4)), np.zeros((0, 2)), 0.6).shape == (0,)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([[0.0, 0], [3.0, 0]], [True, True]),  # overlap in the image, apart on the ground
        ([[0.0, 0], [0.3, 0]], [True, False]),
        ([[0.0, 0], [0.5, 0]], [True, False]),  # at the radius
        ([NOWHERE, NOWHERE], [True, False]),  # above the horizon the boxes decide
        ([[0.0, 0], NOWHERE], [True, True]),
        ([NOWHERE, [0.0, 0]], [True, True]),
    ],
)
def test_distinct_athletes__on_the_pitch_and_above_the_horizon(points, expected):
    assert distinct_athletes(OVERLAPPING, np.array(points), 0.5).tolist() == expected


def test_distinct_athletes__the_duplicate_of_a_dropped_one_stays():
    points = np.array([[0.0, 0], [0.5, 0], [1.0, 0]])
    assert distinct_athletes(np.zeros((3, 4)), points, 0.6).tolist() == [True, False, True]


def test_distinct_athletes__as_for_a_batch():
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 5, (200, 2))
    points[rng.random(200) < 0.3] = np.nan
    boxes = np.concatenate([low := rng.uniform(0, 60, (200, 2)), low + rng.uniform(5, 40, (200, 2))], axis=1)
    batch = torch.from_numpy(boxes)[None], torch.from_numpy(points)[None], torch.ones(1, 200, dtype=torch.bool)
    expected = remove_duplicates(*batch, radius_m=0.6)[0].numpy()
    assert 20 < expected.sum() < 180
    np.testing.assert_array_equal(distinct_athletes(boxes, points, 0.6), expected)
