from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.errors import Case, match_case, pair_within_reach
from mmsynloc.evaluation.functional import DetectionTable, PeopleTable, evaluate_locsim
from tests.test_evaluation.test_errors.cases import make_matched, random_tables


def pair(matched, threshold=0.5, allowed=None):
    return pair_within_reach(matched.pairs, matched.matches[0], len(matched.case.gt_positions_m), threshold, allowed)


def test_pair__nothing():
    pairing = pair(make_matched([], []))
    assert len(pairing.person) == len(pairing.duplicate) == 0


def test_pair__each_kind():
    people = [(0, 0, 0), (0, 10, 0)]
    detections = [(0, 0.9, 0.1, 0), (0, 0.8, 0, 0.2), (0, 0.7, 11.5, 0), (0, 0.6, 10, 1.9), (0, 0.5, 30, 30)]
    pairing = pair(make_matched(people, detections))
    assert pairing.correct.tolist() == [True, False, False, False, False]
    assert pairing.duplicate.tolist() == [False, True, False, False, False]
    assert pairing.person.tolist() == [0, -1, 1, -1, -1]  # the better score takes the free person
    assert pairing.misplaced.tolist() == [False, False, True, False, False]
    assert pairing.false_positive.tolist() == [False, False, False, True, True]


def test_pair__detections_that_are_not_allowed_take_nobody():
    matched = make_matched([(0, 0, 0)], [(0, 0.9, 1.5, 0), (0, 0.2, 1, 0)])
    assert pair(matched).person.tolist() == [0, -1]
    assert pair(matched, allowed=np.array([False, True])).person.tolist() == [-1, 0]


def test_pair__above_the_horizon_is_a_false_positive():
    assert pair(make_matched([(0, 0, 0)], [(0, 0.9, np.nan, np.nan)])).false_positive.tolist() == [True]


@pytest.mark.parametrize("seed", range(3))
def test_match__is_that_of_the_metric(seed):
    people, detections = random_tables(seed)
    result = evaluate_locsim(12, people, detections)
    case = Case.from_tables(12, people, detections)
    matched = match_case(case, reach_m=2.0)
    rows = case.arrangement.det_row
    expected = result.match[rows]
    got = np.where(matched.matches[0] >= 0, case.arrangement.gt_row[matched.matches[0]], -1)
    np.testing.assert_array_equal(got, expected)


def test_case__detections_and_people_of_no_image_are_left_out():
    people = PeopleTable(np.array([-1, 0]), np.zeros((2, 2)), np.ones(2))
    detections = DetectionTable(np.array([0, -1]), np.ones(2), np.zeros((2, 2)), np.ones(2))
    case = Case.from_tables(1, people, detections)
    assert (len(case.gt_positions_m), len(case.det_positions_m)) == (1, 1)
