from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.alarm import coordinate_alarm
from mmsynloc.evaluation.functional import PeopleTable

SIZE = np.array([[3840.0, 2160.0]])


def people_at(points_px: np.ndarray) -> PeopleTable:
    boxes = np.concatenate([points_px - 10, np.full_like(points_px, 20)], axis=1)
    return PeopleTable(
        np.zeros(len(points_px), np.int64), np.zeros((len(points_px), 2)), np.ones(len(points_px)), boxes
    )


@pytest.fixture
def points_px() -> np.ndarray:
    return np.random.default_rng(0).uniform((0, 300), (3840, 2000), (40, 2))


def alarm(detections: np.ndarray, people: PeopleTable) -> str | None:
    return coordinate_alarm(detections, np.zeros(len(detections), np.int64), people, SIZE)


def test_coordinate_alarm__silent_on_nothing(points_px):
    assert alarm(np.zeros((0, 2)), people_at(points_px)) is None
    assert alarm(points_px / 2, people_at(np.zeros((0, 2)))) is None


def test_coordinate_alarm__silent_on_annotated_pixels(points_px):
    assert alarm(points_px + 3, people_at(points_px)) is None


def test_coordinate_alarm__rings_on_half_the_pixels(points_px):
    text = alarm(points_px / 2, people_at(points_px))
    assert "1920 x 1080" in text
    assert "3840 x 2160" in text


def test_coordinate_alarm__silent_when_the_people_are_there_too(points_px):
    assert alarm(points_px / 2, people_at(points_px / 2)) is None


def test_coordinate_alarm__silent_on_few_detections_and_without_boxes(points_px):
    assert alarm(points_px[:9] / 2, people_at(points_px)) is None
    without = PeopleTable(np.zeros(40, np.int64), points_px, np.ones(40))
    assert alarm(points_px / 2, without) is None
