"""Athletes drawn into the frame."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.structures import Athletes
from mmsynloc.visualization import draw_athletes


def _athletes(box, point):
    box, point = np.array([box], float), np.array([point], float)
    return Athletes(box, np.ones(1), point, np.zeros((1, 2)))


def test_draw_athletes__nobody():
    image = np.zeros((36, 64, 3), np.uint8)
    assert not draw_athletes(
        image, Athletes(np.zeros((0, 4)), np.zeros(0), np.zeros((0, 2)), np.zeros((0, 2))), (640, 360)
    ).any()


def test_draw_athletes__leaves_the_picture_as_it_is():
    image = np.zeros((36, 64, 3), np.uint8)
    drawn = draw_athletes(image, _athletes([100, 100, 200, 300], [150, 300]), (640, 360))
    assert drawn[30, 15].any()  # the ground point, a tenth of its pixels
    assert not image.any()


@pytest.mark.parametrize("huge", [1e10, -1e30, float("inf"), float("nan")])
def test_draw_athletes__numbers_beyond_any_picture(huge):
    image = np.zeros((36, 64, 3), np.uint8)
    drawn = draw_athletes(image, _athletes([100, 100, huge, huge], [huge, 10]), (640, 360))
    assert drawn.any() == np.isfinite(huge)  # of a box that begins in the picture two edges are seen
