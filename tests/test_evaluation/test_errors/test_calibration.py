from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.errors import calibrate


def test_calibrate__nothing():
    calibration = calibrate(np.zeros(0), np.zeros(0, bool), np.zeros(0))
    assert len(calibration.score) == 0
    assert np.isnan(calibration.error)


def test_calibrate__fewer_detections_than_groups():
    assert calibrate(np.array([0.5]), np.array([True]), np.array([0.9]), groups=5).number.tolist() == [1]


def test_calibrate__scores_too_high_by_a_constant():
    scores = np.repeat([0.4, 0.6, 0.8], 10)
    correct = np.tile(np.arange(10), 3) < np.repeat([2, 4, 6], 10)
    calibration = calibrate(scores, correct, correct * 0.5, groups=3)
    assert calibration.correct.tolist() == pytest.approx([0.2, 0.4, 0.6])
    assert calibration.similarity.tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert (calibration.error, calibration.excess) == pytest.approx((0.2, 0.2))


def test_calibrate__signs_cancel_in_the_excess_alone():
    calibration = calibrate(np.array([0.25, 0.75]), np.array([False, True]), np.zeros(2), groups=2)
    assert (calibration.error, calibration.excess) == pytest.approx((0.25, 0))
