from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.functional.candidates import CandidatePairs
from mmsynloc.evaluation.functional.matching import THRESHOLDS, match_at_thresholds, match_greedily


def pairs_of(similarity: np.ndarray) -> CandidatePairs:
    det, gt = np.nonzero(similarity >= 0.5)
    values = similarity[det, gt]
    order = np.lexsort((-gt, -values, det))
    return CandidatePairs(det[order], gt[order], values[order])


def test_match_greedily__empty():
    nothing = np.zeros(0, np.int64)
    assert match_greedily(nothing, nothing, 0, 0).shape == (0,)
    assert match_greedily(nothing, nothing, 2, 3).tolist() == [-1, -1]


def test_match_greedily__first_come_first_served():
    # 0 and 1 both like person 0 best; 1 must make do with person 1, and nothing is left for 2
    det, gt = np.array([0, 1, 1, 2]), np.array([0, 0, 1, 1])
    assert match_greedily(det, gt, 3, 2).tolist() == [0, 1, -1]


def test_match_greedily__waits_for_those_before_who_may_yet_want_it():
    # 0 takes A, so 1 falls back on B, which 2 likes best too
    det, gt = np.array([0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 2])
    assert match_greedily(det, gt, 3, 3).tolist() == [0, 1, 2]


def test_match_at_thresholds__the_higher_the_stricter():
    matches = match_at_thresholds(pairs_of(np.array([[0.72]])), 1, np.zeros(1, bool))
    assert matches[:, 0].tolist() == [0] * 5 + [-1] * 5  # 0.50 to 0.70, then 0.75 and more


def test_match_at_thresholds__equal_similarity_takes_the_last_person():
    assert match_at_thresholds(pairs_of(np.array([[0.8, 0.8, 0.6]])), 1, np.zeros(3, bool))[0].tolist() == [1]


def test_match_at_thresholds__prefers_people_who_count():
    matches = match_at_thresholds(pairs_of(np.array([[0.9, 0.6]])), 1, np.array([True, False]))
    assert matches[0].tolist() == [1]  # 0.6 suffices
    assert matches[4].tolist() == [0]  # at 0.7 only the ignored one is similar enough


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("rounded", [False, True])
def test_match_at_thresholds__same_as_one_by_one(reference_match, seed, rounded):
    rng = np.random.default_rng(seed)
    similarity = rng.uniform(0.2, 1, (rng.integers(1, 15), rng.integers(1, 12)))
    similarity = similarity.round(1) if rounded else similarity  # ties
    ignored = rng.random(similarity.shape[1]) < 0.3
    matches = match_at_thresholds(pairs_of(similarity), len(similarity), ignored)
    for threshold, match in zip(THRESHOLDS, matches):
        assert match.tolist() == reference_match(similarity, threshold, ignored)
