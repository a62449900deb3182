from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.errors import (
    Case,
    bootstrap_average_precision,
    bootstrap_weights,
    group_average_precision,
    map_locsim,
    match_case,
)
from mmsynloc.evaluation.functional import DetectionTable, PeopleTable, evaluate_locsim
from tests.test_evaluation.test_errors.cases import make_matched, random_tables

NUM_IMAGES = 12
EXACT = 1e-12  # sums of the same numbers in another order


def drawn(table, weights):
    """The rows of a data set in which image i occurs ``weights[i]`` times, each time as an image of its own."""
    first = np.cumsum(weights) - weights
    rows, images = [], []
    for row, image in enumerate(table.image):
        rows += [row] * weights[image]
        images += range(first[image], first[image] + weights[image])
    columns = (table.positions_pitch_m[rows], table.areas_px2[rows])
    if isinstance(table, PeopleTable):
        return PeopleTable(np.array(images, int), *columns)
    return DetectionTable(np.array(images, int), table.scores[rows], *columns)


def test_map__nobody_and_nothing():
    assert np.isnan(map_locsim(make_matched([], [(0, 0.9, 0, 0)])))
    assert map_locsim(make_matched([(0, 0, 0)], [])) == 0


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("tau_m", [1.0, 5.0])
def test_map__equals_the_metric(ties, tau_m):
    people, detections = random_tables(0, ties=ties)
    expected = evaluate_locsim(NUM_IMAGES, people, detections, tau_m=tau_m).stats["AP"]
    assert map_locsim(match_case(Case.from_tables(NUM_IMAGES, people, detections), tau_m)) == pytest.approx(
        expected, EXACT
    )


@pytest.mark.parametrize("seed", range(4))
def test_bootstrap__equals_the_metric_on_the_drawn_images(seed):
    people, detections = random_tables(seed)
    weights = bootstrap_weights(NUM_IMAGES, 5, seed)
    matched = match_case(Case.from_tables(NUM_IMAGES, people, detections))
    expected = [
        evaluate_locsim(NUM_IMAGES, drawn(people, w), drawn(detections, w)).stats["AP"] for w in weights.tolist()
    ]
    np.testing.assert_allclose(bootstrap_average_precision(matched, weights), expected, rtol=EXACT)


def test_bootstrap__images_once_is_the_score_itself():
    people, detections = random_tables(1)
    matched = match_case(Case.from_tables(NUM_IMAGES, people, detections))
    once = np.ones((1, NUM_IMAGES), np.int32)
    assert bootstrap_average_precision(matched, once)[0] == pytest.approx(map_locsim(matched), EXACT)


def test_bootstrap__draw_without_people_has_no_score():
    matched = make_matched([(0, 0, 0)], [(0, 0.9, 0, 0)], num_images=2)
    scores = bootstrap_average_precision(matched, np.array([[0, 2], [2, 0]]))
    assert np.isnan(scores[0])
    assert scores[1] == pytest.approx(1.0, EXACT)


def test_bootstrap__no_detections():
    assert bootstrap_average_precision(make_matched([(0, 0, 0)], []), np.ones((1, 1), int))[0] == 0


def test_weights__draw_as_many_images_as_there_are():
    weights = bootstrap_weights(7, 50)
    assert (weights.sum(axis=1) == 7).all()
    assert len(np.unique(weights, axis=0)) > 40


def test_group__others_are_ignored_with_their_matches():
    people = [(0, 0, 0), (0, 10, 0)]
    matched = make_matched(people, [(0, 0.9, 0, 0), (0, 0.8, 20, 0), (0, 0.7, 10, 0)])
    inside = np.array([False, True])
    assert group_average_precision(matched, np.zeros(3, bool), inside) == pytest.approx(1.0)
    # The false positive counts where it belongs to the group: the person is found at precision 1/2.
    assert group_average_precision(matched, np.array([False, True, False]), inside) == pytest.approx(0.5)
    assert np.isnan(group_average_precision(matched, np.ones(3, bool), np.zeros(2, bool)))
