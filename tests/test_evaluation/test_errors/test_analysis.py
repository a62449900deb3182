from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.errors import Case, difference, image_errors, interval, match_case, operate, pitch_cells
from tests.test_evaluation.test_errors.cases import make_matched, random_tables

CENTRE = np.array([[-45.0, 0]])


def test_interval__nothing():
    assert np.isnan(interval(np.full(3, np.nan))).all()


def test_difference__identical_results():
    draws = np.random.default_rng(0).random(100)
    step = difference(0.5, 0.5, draws, draws)
    assert (step.value, step.low, step.high, step.p_value) == (0, 0, 0, 1)
    assert not step.significant


def test_difference__pairs_cancel_what_draws_have_in_common():
    rng = np.random.default_rng(0)
    draws = rng.normal(0.5, 0.1, 1000)
    step = difference(0.5, 0.52, draws, draws + rng.normal(0.02, 0.005, 1000))
    assert step.significant
    assert step.p_value == pytest.approx(2 / 1000)
    assert step.low == pytest.approx(0.01, abs=0.003)
    assert step.high == pytest.approx(0.03, abs=0.003)


def test_difference__no_draw_has_a_score():
    assert difference(0.5, 0.6, np.full(2, np.nan), np.zeros(2)).p_value == 1


def test_operate__threshold_and_similarity():
    matched = make_matched([(0, 0, 0), (0, 10, 0)], [(0, 0.9, 0, 0), (0, 0.4, 10, 0), (0, 0.8, 11, 0)])
    point = operate(matched, CENTRE, 0.5)
    assert point.used.tolist() == [True, True, False]  # in the order of scores: 0.9, 0.8, 0.4
    assert point.pairing.person.tolist() == [0, 1, -1]  # the exact one is below the threshold
    assert point.similarity.tolist() == pytest.approx([1, 0.05, 0])
    np.testing.assert_allclose(point.offsets_m, [[0, 0], [1, 0], [np.nan, np.nan]], atol=1e-12)


def test_image_errors__counts():
    people = [(0, 0, 0), (0, 10, 0), (1, 0, 0)]
    detections = [(0, 0.9, 0, 0), (0, 0.8, 0, 0.1), (0, 0.7, 30, 30), (1, 0.9, 1, 0), (1, 0.1, 0, 0)]
    matched = make_matched(people, detections, num_images=3)
    errors = image_errors(matched, operate(matched, np.repeat(CENTRE, 3, axis=0), 0.5))
    assert errors.people.tolist() == [2, 1, 0]
    assert errors.found.tolist() == [1, 1, 0]
    assert errors.matched.tolist() == [1, 0, 0]
    assert errors.wrong.tolist() == [2, 0, 0]
    assert errors.lost.tolist() == pytest.approx([3, 0.95, 0])


def test_pitch_cells__shares_and_medians():
    people = [(0, 1, 1), (0, 2, 2), (0, 3, 3), (0, 30, 30), (0, 99, 99)]
    matched = make_matched(people, [(0, 0.9, 1, 1.1), (0, 0.8, 2, 2.2), (0, 0.7, 3, 3.3)])
    cells = pitch_cells(matched.case, operate(matched, CENTRE, 0.0))
    assert cells.people.sum() == 4  # one stands far off the pitch
    x, y = np.searchsorted(cells.x_edges_m, 2) - 1, np.searchsorted(cells.y_edges_m, 2) - 1
    assert cells.people[x, y] == 3
    assert cells.missed[x, y] == 0
    assert cells.error_m[x, y] == pytest.approx(0.2)
    assert np.isnan(cells.missed).sum() == cells.missed.size - 1  # of one person nothing is said


def test_pitch_cells__no_detections():
    matched = match_case(Case.from_tables(12, *random_tables(0)), reach_m=2.0)
    cells = pitch_cells(matched.case, operate(matched, np.repeat(CENTRE, 12, axis=0), 2.0))
    assert np.isnan(cells.error_m).all()
    assert np.nanmin(cells.missed) == 1
