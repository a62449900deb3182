"""Boxes as a first stage gives them."""

from __future__ import annotations

import numpy as np

from mmsynloc.datasets.transforms.box_noise import BoxNoise, draw_empty_boxes, jitter_boxes
from tests.synloc_files import ANNOTATED_SIZE, camera

BOX = np.array([[100.0, 100, 120, 150]])


def test_jitter_boxes__none() -> None:
    assert jitter_boxes(np.zeros((0, 4)), BoxNoise()).shape == (0, 4)


def test_jitter_boxes__has_the_deviation_that_is_asked_for() -> None:
    boxes = jitter_boxes(np.repeat(BOX, 4000, 0), BoxNoise(shift=0.05, width=0.2, height=0.1, wild_share=0.0))
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    sides = boxes[:, 2:] - boxes[:, :2]
    # 4,000 draws: the standard error of a deviation is 1 %
    assert np.allclose(centres.std(0), 0.05 * 50, rtol=0.05)
    assert np.allclose(np.log(sides / [20, 50]).std(0), [0.2, 0.1], rtol=0.05)
    assert (jitter_boxes(BOX, BoxNoise(0, 0, 0, 0)) == BOX).all()


def test_draw_empty_boxes__touch_no_athlete_and_have_an_athletes_size() -> None:
    people = np.array([[0.0, 0, 320, 360]])  # the left half of the frame
    boxes = draw_empty_boxes(20, people, camera())
    assert 0 < len(boxes) <= 20
    assert (boxes[:, 0] >= 320).all()
    heights = boxes[:, 3] - boxes[:, 1]
    assert (heights > 8).all()
    assert (heights <= ANNOTATED_SIZE[1]).all()


def test_draw_empty_boxes__frame_without_people_and_frame_full_of_them() -> None:
    assert len(draw_empty_boxes(5, np.zeros((0, 4)), camera())) == 5
    assert len(draw_empty_boxes(5, np.array([[-99.0, -99, 999, 999]]), camera())) == 0
