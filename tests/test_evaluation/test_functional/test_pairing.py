"""Distances between people and the detections that are they."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.functional import DetectionTable, PeopleTable, paired_distances_m


def _distances(people, detections, **options):
    """Distances of people ``[(image, x, y)]`` and detections ``[(image, x, y, score)]``."""
    people = np.array(people, dtype=float).reshape(-1, 3)
    found = np.array(detections, dtype=float).reshape(-1, 4)
    there = PeopleTable(people[:, 0].astype(int), people[:, 1:], np.ones(len(people)))
    table = DetectionTable(found[:, 0].astype(int), found[:, 3], found[:, 1:3], np.ones(len(found)))
    return paired_distances_m(there, table, **{"score_threshold": 0.5, **options})


def test_paired_distances__nobody():
    assert _distances([], []).shape == (0,)
    assert _distances([(0, 1, 1)], []).shape == (0,)
    assert _distances([], [(0, 1, 1, 0.9)]).shape == (0,)


def test_paired_distances__missing_extra_far_and_low():
    people = [(0, 0, 0), (0, 10, 0), (1, 0, 0)]
    detections = [
        (0, 0.3, 0.4, 0.9),  # 0.5 m from the first
        (0, 0.1, 0.0, 0.4),  # nearer, but its score is too low
        (0, 10, 3, 0.9),  # too far from the second
        (1, np.nan, np.nan, 0.9),  # above the horizon
        (2, 0, 0, 0.9),  # in an image of its own
    ]
    assert _distances(people, detections) == pytest.approx([0.5])


def test_paired_distances__image_by_image():
    assert _distances([(0, 0, 0), (1, 5, 5)], [(0, 5, 5, 0.9), (1, 0, 0, 0.9)]).size == 0


def test_paired_distances__each_detection_once():
    assert _distances([(0, 0, 0), (0, 1, 0)], [(0, 0.4, 0, 0.9)]) == pytest.approx([0.4])


def test_paired_distances__more_pairs_go_before_shorter_ones():
    # alone, the second detection would be 0.1 m from the first person, and the second person would have no detection
    found = _distances([(0, 0, 0), (0, 2, 0)], [(0, -1.5, 0, 0.9), (0, 0.1, 0, 0.9)])
    assert sorted(found) == pytest.approx([1.5, 1.9])


def test_paired_distances__ties_are_one_to_one():
    assert _distances([(0, 0, 0), (0, 0, 0)], [(0, 1, 0, 0.9), (0, 1, 0, 0.9)]) == pytest.approx([1.0, 1.0])
