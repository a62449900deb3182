"""Goals and corner flags over the empty stadium."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmsynloc.minisynloc.goals import _line, draw_goals
from mmsynloc.minisynloc.venue import Venue, sample_venue

SIZE = (96, 54)


def _ends(venue: Venue, first_px: tuple[float, float], last_px: tuple[float, float]) -> list[np.ndarray]:
    """Points (3,) 40 m in front of the camera, behind two pixels of an image of ``SIZE``."""
    camera = venue.camera.resized(SIZE)
    rays = camera.pixel_to_ray(np.array([first_px, last_px], float)).points
    return [*(camera.position_m + 40 * rays)]


def _on_whole_image(venue: Venue, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """The thinnest line, drawn in the whole image at once."""
    points = first + np.linspace(0, 1, 9)[:, None] * (last - first)
    px = np.round(venue.camera.resized(SIZE).pitch_to_pixel(points).points * 16).astype(np.int32)
    mask = np.zeros(SIZE[::-1], np.uint8)
    return cv2.polylines(mask, [px[:, None]], False, (15,), 1, cv2.LINE_AA, 4)


@pytest.mark.parametrize("middle", [(48, 30), (0, 30), (95, 30), (48, 0), (48, 53)])
def test_line__as_in_the_whole_image(venue: Venue, middle: tuple[int, int]) -> None:
    x, y = middle
    first, last = _ends(venue, (x - 9, y - 6), (x + 9, y + 7))
    mask = np.zeros(SIZE[::-1], np.uint8)
    _line(mask, venue.camera.resized(SIZE), first, last, 1e-3, 100)
    assert mask.any()
    assert (mask == _on_whole_image(venue, first, last)).all()


@pytest.mark.parametrize("middle", [(-30, 30), (125, 30), (48, -30), (48, 85), (-30, -30), (125, 85)])
def test_line__outside_of_the_image(venue: Venue, middle: tuple[int, int]) -> None:
    x, y = middle
    mask = np.zeros(SIZE[::-1], np.uint8)
    _line(mask, venue.camera.resized(SIZE), *_ends(venue, (x - 9, y - 6), (x + 9, y + 7)), 1e-3, 100)
    assert not mask.any()


def test_draw_goals__corners_out_of_view() -> None:
    for seed in range(40):
        venue = sample_venue((0, seed, 0))
        image = np.full((*SIZE[::-1], 3), 0.3, np.float32)
        drawn = draw_goals(image, venue.camera.resized(SIZE))
        assert drawn.shape == image.shape
        assert ((drawn >= np.float32(0.3)) & (drawn <= np.float32(0.88))).all()
