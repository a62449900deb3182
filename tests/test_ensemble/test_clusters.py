from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.ensemble import cluster_on_ground


def groups(points, source, radius_m=0.6):
    return cluster_on_ground(np.array(points, float).reshape(-1, 2), np.array(source, int), radius_m).tolist()


def test_cluster__nothing():
    assert groups([], []) == []


@pytest.mark.parametrize(
    ("points", "source", "expected"),
    [
        ([(0, 0), (0.5, 0)], [0, 1], [0, 0]),
        ([(0, 0), (0.7, 0)], [0, 1], [0, 1]),
        ([(0, 0), (0, 0)], [0, 0], [0, 1]),
        ([(0, 0), (0.4, 0), (0.1, 0)], [0, 1, 1], [0, 1, 0]),
        ([(0, 0), (0.5, 0), (1.0, 0)], [0, 1, 2], [0, 0, 1]),
        ([(0, 0), (0.5, 0), (0.9, 0)], [0, 1, 2], [0, 1, 1]),
        ([(0, 0), (0.2, 0), (0.4, 0)], [0, 1, 2], [0, 0, 0]),
        ([(np.nan, np.nan), (np.nan, np.nan), (0, 0)], [0, 1, 2], [0, 1, 2]),
    ],
    ids=["near", "far", "same result", "closest first", "no chain", "closest of a chain", "three", "above the horizon"],
)
def test_cluster__by_hand(points, source, expected):
    assert groups(points, source) == expected


@pytest.mark.parametrize("seed", range(5))
def test_cluster__rules_hold_and_order_plays_no_part(seed):
    rng = np.random.default_rng(seed)
    points, source = rng.uniform(0, 4, (60, 2)), rng.integers(0, 3, 60)
    group = cluster_on_ground(points, source, 0.6)
    for number in range(group.max() + 1):
        members = np.flatnonzero(group == number)
        assert len(set(source[members])) == len(members)
        assert np.linalg.norm(points[members][:, None] - points[members], axis=-1).max() <= 0.6
    order = rng.permutation(60)
    again = cluster_on_ground(points[order], (source[order] + 1) % 3, 0.6)
    np.testing.assert_array_equal(again[:, None] == again, (group[:, None] == group)[np.ix_(order, order)])
