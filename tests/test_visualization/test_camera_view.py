"""The drawn markings lie where the camera sees them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmsynloc.structures import to_synloc
from mmsynloc.visualization.camera_view import blank_canvas, draw_markings
from tests.camera_files import KNOWN, hand_camera

CENTRE_PX = KNOWN[0.0, 0.0, 0.0]


@pytest.mark.parametrize("convert", [lambda camera: camera, lambda camera: to_synloc(camera)[0]])
def test_draw_markings__lines_are_where_the_camera_sees_them(convert):
    camera = convert(hand_camera())
    canvas = blank_canvas(camera)
    drawn = draw_markings(canvas, camera)
    assert drawn.shape == canvas.shape == (1080, 1920, 3)
    changed = (drawn != canvas).any(-1)
    x, y = np.rint(CENTRE_PX).astype(int)
    assert changed[y, x]
    halfway = np.rint(camera.pitch_to_pixel([[20.0, 0], [-20.0, 0]]).points).astype(int)
    assert changed[halfway[:, 1], halfway[:, 0]].all()
    grass = np.rint(camera.pitch_to_pixel([[-20.0, 20], [15.0, -20]]).points).astype(int)
    assert not changed[grass[:, 1], grass[:, 0]].any()
    assert not changed[:400].any()  # the horizon is row 539.5; the goals and the axis reach 2.44 and 5 m up


def test_draw_markings__at_another_size_and_pitch():
    camera = hand_camera()
    small = draw_markings(np.zeros((270, 480, 3), np.uint8), camera)
    assert small[np.rint(CENTRE_PX[1] / 4).astype(int), 240].any()
    narrow = draw_markings(blank_canvas(camera), camera, (100, 60))
    assert (narrow != draw_markings(blank_canvas(camera), camera)).any()


def test_draw_markings__where_only_a_corner_is_in_view():
    camera = hand_camera()
    aside = replace(camera, translation_m=-camera.rotation @ [60.0, 60, 10])  # in line with the goal line y = 60
    drawn = draw_markings(blank_canvas(aside), aside)
    corner = np.rint(aside.pitch_to_pixel([[34.0, 52.5]]).points[0]).astype(int)
    assert (drawn[corner[1], corner[0]] != blank_canvas(aside)[0, 0]).any()
    assert np.isnan(aside.pitch_to_pixel([[61.0, 0]]).points).all()
