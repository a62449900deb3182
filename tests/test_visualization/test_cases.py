"""Pairs of found and true athletes, and which errors are shown."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.structures import Athletes
from mmsynloc.visualization.cases import pair_athletes, unsure_cases, worst_cases


def _athletes(points_m: list, scores: list | None = None, heights: list | None = None) -> Athletes:
    points = np.array(points_m, dtype=float).reshape(-1, 2)
    ground = 100 + 10 * points
    height = np.full(len(points), 20.0) if heights is None else np.array(heights, dtype=float)
    boxes = np.column_stack([ground[:, 0] - 5, ground[:, 1] - height, ground[:, 0] + 5, ground[:, 1]])
    return Athletes(boxes, np.ones(len(points)) if scores is None else np.array(scores), ground, points)


def test_pair_athletes__nobody():
    for found, truth in (([], []), ([(0, 0)], []), ([], [(0, 0)])):
        assert [len(column) for column in pair_athletes(_athletes(found), _athletes(truth))] == [0, 0, 0]


def test_pair_athletes__one_to_one_within_reach():
    found = _athletes([(0, 0), (0.4, 0), (np.nan, np.nan), (20, 0)])
    truth = _athletes([(20, 2.9), (0.3, 0), (50, 0)])
    pairs = pair_athletes(found, truth)
    assert dict(zip(pairs.found.tolist(), pairs.true.tolist())) == {1: 1, 3: 0}
    np.testing.assert_allclose(sorted(pairs.distance_m), [0.1, 2.9])
    assert pair_athletes(found, truth, 1.0).true.tolist() == [1]


def test_worst_cases__some_of_each_kind():
    truth = _athletes([(0, 0), (5, 0), (10, 0), (15, 0)], heights=[20, 20, 10, 30])
    found = _athletes([(0.2, 0), (5.7, 0), (40, 0), (50, 0)], scores=[0.9, 0.8, 0.4, 0.6])
    pairs = pair_athletes(found, truth)
    cases = worst_cases(found, truth, pairs, 6)
    assert [case.text for case in cases] == [
        "missed",
        "missed",
        "false alarm, score 0.60",
        "false alarm, score 0.40",
        "0.70 m off",
        "0.20 m off",
    ]
    np.testing.assert_array_equal(cases[0].box_xyxy, truth.boxes_xyxy[3])  # the taller one, nearer to the camera
    np.testing.assert_array_equal(cases[4].box_xyxy, [145, 80, 162, 100])  # around both boxes
    assert [case.text for case in worst_cases(found, truth, pairs, 3)] == [
        "missed",
        "false alarm, score 0.60",
        "0.70 m off",
    ]


def test_worst_cases__scarce_kinds_are_filled_up():
    athletes = _athletes([(0, 0), (5, 0)])
    cases = worst_cases(athletes, athletes, pair_athletes(athletes, athletes), 6)
    assert [case.text for case in cases] == ["0.00 m off", "0.00 m off"]
    assert worst_cases(_athletes([]), _athletes([]), pair_athletes(_athletes([]), _athletes([])), 6) == []


@pytest.mark.parametrize("count", [0, 2, 5])
def test_unsure_cases__lowest_scores_first(count):
    cases = unsure_cases(_athletes([(0, 0), (1, 0), (2, 0)], scores=[0.5, 0.3, 0.4]), count)
    assert [case.text for case in cases] == ["score 0.30", "score 0.40", "score 0.50"][:count]
