from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.functional.accumulate import RECALLS, AreaResult
from mmsynloc.evaluation.functional.arrange import arrange
from mmsynloc.evaluation.functional.statistics import (
    COCO_NAMES,
    STAT_NAMES,
    choose_score_threshold,
    coco_statistics,
    frame_accuracy,
    threshold_statistics,
)


def curve(*steps: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Precision and scores from ``(up to this recall, precision, score)``."""
    precision, scores = np.zeros(101), np.zeros(101)
    for recall, p, s in reversed(steps):
        inside = recall >= RECALLS
        precision[inside], scores[inside] = p, s
    return precision, scores


def area_result(value: float, recall: float) -> AreaResult:
    return AreaResult(np.full((10, 101), value), np.zeros((10, 101)), np.full((10, 3), recall), np.zeros((10, 0)))


def two_images(scores: list[float]):
    """Two people in the first image, none in the second; a detection each for 0, 1, 1 in images 0, 0, 1."""
    return arrange(3, np.array([0, 0, 1]), np.array(scores), np.ones(3), np.array([0, 0]), np.ones(2))


def test_stat_names__are_17():
    assert len(STAT_NAMES) == len(set(STAT_NAMES)) == 17


def test_coco_statistics__minus_one_where_nobody_is():
    areas = {name: area_result(0.5, 0.25) for name in ("all", "small", "medium")} | {"large": area_result(-1, -1)}
    stats = coco_statistics(areas)
    assert tuple(stats) == COCO_NAMES
    assert stats["AP"] == stats["AP .5"] == stats["AP (S)"] == 0.5
    assert stats["AR 1"] == stats["AR (M)"] == 0.25
    assert stats["AP (L)"] == stats["AR (L)"] == -1


def test_choose_score_threshold__midway_to_the_next_score():
    assert choose_score_threshold(*curve((0.5, 1.0, 0.8), (0.6, 0.4, 0.3))) == pytest.approx((0.8 + 0.3) / 2)


def test_choose_score_threshold__half_the_last_score_at_full_recall():
    assert choose_score_threshold(*curve((1.0, 1.0, 0.4))) == pytest.approx(0.2)


def test_choose_score_threshold__half_the_first_score_when_nothing_is_right():
    scores = np.zeros(101)
    scores[0] = 0.9
    assert choose_score_threshold(np.zeros(101), scores) == pytest.approx(0.45)


def test_frame_accuracy__no_images():
    nothing = np.zeros(0, np.int64)
    assert frame_accuracy(arrange(0, nothing, np.zeros(0), np.zeros(0), nothing, np.zeros(0)), nothing, 0.5) == -1


def test_frame_accuracy__counts_matches_over_the_threshold():
    arrangement = two_images([0.9, 0.4, 0.9])
    match = np.array([0, 1, -1])
    # the second image has no people and no match, so it is right; the third has neither and does not count
    assert frame_accuracy(arrangement, match, 0.3) == 1.0
    assert frame_accuracy(arrangement, match, 0.4) == 0.5  # a score equal to the threshold is not over it


def threshold_case(score_threshold: float | None):
    arrangement = two_images([0.8, 0.6, 0.4])
    precision, scores = curve((0.5, 1.0, 0.8), (1.0, 0.75, 0.6))
    everywhere = AreaResult(
        np.tile(precision, (10, 1)), np.tile(scores, (10, 1)), np.ones((10, 3)), np.tile([0, 1, -1], (10, 1))
    )
    return threshold_statistics(arrangement, everywhere, score_threshold)


def test_threshold_statistics__chooses_the_best_f1():
    stats = threshold_case(None)
    assert (stats["precision"], stats["recall"], stats["score_threshold"]) == (0.75, 1.0, pytest.approx(0.3))
    assert stats["f1"] == pytest.approx(2 * 0.75 / 1.75)


def test_threshold_statistics__given_threshold():
    stats = threshold_case(0.7)
    assert (stats["precision"], stats["recall"], stats["score_threshold"]) == (1.0, 0.5, 0.7)
    assert stats["frame_accuracy"] == 0.5


def test_threshold_statistics__over_every_score_reads_the_end_as_the_development_kit_does():
    stats = threshold_case(0.95)
    assert (stats["precision"], stats["recall"]) == (0.75, 1.0)
