from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.functional.accumulate import RECALLS, accumulate, evaluate_area
from mmsynloc.evaluation.functional.arrange import arrange
from mmsynloc.evaluation.functional.candidates import CandidatePairs


def bools(text: str) -> np.ndarray:
    return np.array([c == "1" for c in text], bool)


def test_accumulate__no_detections():
    precision, scores = accumulate(bools(""), bools(""), np.zeros(0), 3)
    assert not precision.any()
    assert not scores.any()


def test_accumulate__right_wrong_right_of_four_people():
    precision, scores = accumulate(bools("101"), bools("111"), np.array([0.9, 0.8, 0.7]), 4)
    assert precision[[0, 25]] == pytest.approx(1.0)
    assert precision[[26, 50]] == pytest.approx(2 / 3)
    assert precision[51] == 0
    assert (scores[25], scores[26], scores[50], scores[51]) == (0.9, 0.7, 0.7, 0)


def test_accumulate__precision_is_the_best_at_this_recall_or_more():
    precision, _ = accumulate(bools("0111"), bools("1111"), np.array([0.9, 0.8, 0.7, 0.6]), 3)
    assert precision == pytest.approx(0.75)  # 1/2, 2/3, 3/4: the last is the best


def test_accumulate__ignored_detections_do_not_count():
    precision, _ = accumulate(bools("001"), bools("101"), np.array([0.9, 0.8, 0.7]), 1)
    assert precision == pytest.approx(0.5)


def test_accumulate__nothing_right_still_knows_the_first_score():
    precision, scores = accumulate(bools("00"), bools("11"), np.array([0.9, 0.8]), 1)
    assert not precision.any()
    assert scores[0] == 0.9
    assert not scores[1:].any()


def one_image(det_area: list[float], gt_area: list[float]):
    zeros = np.zeros(len(det_area), np.int64)
    scores = -np.arange(len(det_area), dtype=float)
    return arrange(1, zeros, scores, np.array(det_area), np.zeros(len(gt_area), np.int64), np.array(gt_area))


def test_evaluate_area__nobody_in_range():
    pairs = CandidatePairs(np.array([0]), np.array([0]), np.array([0.9]))
    result = evaluate_area(one_image([50.0], [50.0]), pairs, (100, 200), np.array([0]))
    assert (result.precision == -1).all()
    assert (result.recall == -1).all()


def test_evaluate_area__detections_of_ignored_people_and_outside_the_range_are_ignored():
    # detection 0 finds the small person, 1 the one in range, 2 (small) no person, 3 (in range) no person
    pairs = CandidatePairs(np.array([0, 1]), np.array([0, 1]), np.array([0.97, 0.97]))
    arrangement = one_image([50.0, 50.0, 50.0, 150.0], [50.0, 150.0])
    result = evaluate_area(arrangement, pairs, (100, 200), np.arange(4))
    assert result.precision == pytest.approx(1.0)  # only 1 and then 3 count
    assert result.recall[:, 0] == pytest.approx(0)  # the image's best detection is ignored
    assert result.recall[:, 1] == pytest.approx(1)


def test_evaluate_area__both_ends_of_the_range_count():
    pairs = CandidatePairs(np.array([0, 1]), np.array([0, 1]), np.array([0.97, 0.97]))
    result = evaluate_area(one_image([100.0, 200.0], [100.0, 200.0]), pairs, (100, 200), np.arange(2))
    assert result.recall[:, 2] == pytest.approx(1)
    assert result.precision.shape == (10, len(RECALLS))
