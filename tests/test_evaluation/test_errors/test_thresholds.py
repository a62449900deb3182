from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.errors import at_threshold, best_threshold, threshold_curve

SCORES = np.array([0.2, 0.8, 0.6, 0.6])
CORRECT = np.array([True, True, False, True])


def test_curve__nothing():
    curve = threshold_curve(np.zeros(0), np.zeros(0, bool), 3)
    assert curve.f1.tolist() == [0]
    assert best_threshold(curve) == 0


def test_curve__ties_are_not_separated():
    curve = threshold_curve(SCORES, CORRECT, 4)
    assert curve.threshold[1:-1].tolist() == pytest.approx([0.7, 0.4])
    assert curve.precision.tolist() == pytest.approx([0, 1, 2 / 3, 3 / 4])
    assert curve.recall.tolist() == pytest.approx([0, 1 / 4, 2 / 4, 3 / 4])


@pytest.mark.parametrize("seed", range(3))
def test_curve__is_the_count_at_each_threshold(seed):
    rng = np.random.default_rng(seed)
    scores, correct = rng.random(30).round(1), rng.random(30) < 0.6
    curve = threshold_curve(scores, correct, 25)
    for row, threshold in enumerate(curve.threshold):
        expected = at_threshold(scores, correct, 25, threshold)
        assert (curve.precision[row], curve.recall[row], curve.f1[row]) == pytest.approx(expected)
    best = best_threshold(curve)
    assert at_threshold(scores, correct, 25, best)[2] == curve.f1.max()
