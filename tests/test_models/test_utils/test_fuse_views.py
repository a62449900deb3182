"""Pairs of two views."""

from __future__ import annotations

import numpy as np

from mmsynloc.models.utils import pair_views

BOXES = np.array([[0.0, 0, 10, 10], [100.0, 0, 110, 10]])


def test_pair_views__empty_input():
    ours, theirs = pair_views(np.zeros((0, 4)), BOXES, np.zeros((0, 2)), np.zeros((2, 2)))
    assert len(ours) == len(theirs) == 0


def test_pair_views__by_box():
    ours, theirs = pair_views(BOXES, BOXES[::-1] + 1)
    assert sorted(zip(ours.tolist(), theirs.tolist())) == [(0, 1), (1, 0)]


def test_pair_views__on_the_ground_the_closest_first():
    points, others = np.array([[0.0, 0], [0.5, 0]]), np.array([[0.4, 0], [9.0, 9]])
    ours, theirs = pair_views(BOXES, BOXES + 1000, points, others, radius_m=0.6)
    assert (ours.tolist(), theirs.tolist()) == ([1], [0])


def test_pair_views__over_the_horizon_the_boxes_decide():
    nowhere = np.full((2, 2), np.nan)
    ours, theirs = pair_views(BOXES, BOXES, nowhere, nowhere)
    assert sorted(zip(ours.tolist(), theirs.tolist())) == [(0, 0), (1, 1)]
