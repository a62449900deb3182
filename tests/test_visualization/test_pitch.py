"""Pictures show what they should."""

from __future__ import annotations

from types import SimpleNamespace

import cv2
import matplotlib.pyplot as plt
import numpy as np
import pytest

from mmsynloc.structures import Athletes
from mmsynloc.visualization import draw_athletes, make_overview, save_overview
from mmsynloc.visualization.cases import Pairs
from mmsynloc.visualization.overlay import PREDICTED_RGB
from mmsynloc.visualization.pitch import PITCH_LENGTH_M, PITCH_WIDTH_M, draw_pitch, pitch_to_plot
from tests.synloc_files import ANNOTATED_SIZE, camera


def _athletes(points_m) -> Athletes:
    points_m = np.asarray(points_m, dtype=float).reshape(-1, 2)
    ground = camera().pitch_to_pixel(points_m).points
    return Athletes(
        np.column_stack([ground - [5, 30], np.add(ground, [5, 0])]), np.full(len(ground), 0.9), ground, points_m
    )


@pytest.mark.parametrize("from_negative_x", [True, False])
def test_pitch_to_plot__is_a_rotation(from_negative_x):
    centre, x, y = pitch_to_plot(np.array([[0.0, 0], [1, 0], [0, 1]]), from_negative_x)
    np.testing.assert_allclose(centre, [PITCH_LENGTH_M / 2, PITCH_WIDTH_M / 2])
    # x to y is a quarter turn to the left, seen from above
    (ax, ay), (bx, by) = x - centre, y - centre
    assert ax * by - ay * bx == pytest.approx(1)
    assert (ay > 0) == from_negative_x  # away from the camera is up


def test_pitch_to_plot__left_in_the_image_is_left_in_the_plot():
    points_m = np.array([[0.0, 10.0], [0.0, -10.0]])
    in_image = camera().pitch_to_pixel(points_m).points
    in_plot = pitch_to_plot(points_m, from_negative_x=True)
    assert (in_image[0, 0] < in_image[1, 0]) == (in_plot[0, 0] < in_plot[1, 0])


def test_draw_athletes__nobody_leaves_the_image():
    image = np.full((90, 160, 3), 80, np.uint8)
    drawn = draw_athletes(image, _athletes([]), ANNOTATED_SIZE)
    np.testing.assert_array_equal(drawn, image)
    assert drawn is not image


@pytest.mark.parametrize("scale", [1.0, 0.5, 2.0])
def test_draw_athletes__dot_lies_on_the_ground_point(scale):
    size = (np.array(ANNOTATED_SIZE) * scale).astype(int)
    athletes = _athletes([[0.0, 0.0]])
    image = np.zeros((size[1], size[0], 3), np.uint8)
    drawn = draw_athletes(image, athletes, ANNOTATED_SIZE)
    u, v = np.rint((athletes.ground_px[0] + 0.5) * scale - 0.5).astype(int)
    assert tuple(drawn[v, u][::-1]) == PREDICTED_RGB
    assert not image.any()


@pytest.mark.parametrize("count", [0, 3])
def test_overview__writes_a_picture(tmp_path, count):
    points = [[0, 0], [10, 5], [-5, -20]][:count]
    image = np.zeros((ANNOTATED_SIZE[1], ANNOTATED_SIZE[0], 3), np.uint8)
    figure = make_overview(image, camera(), _athletes(points), _athletes(points), "title")
    save_overview(figure, tmp_path / "new" / "a.png", dpi=40)
    assert cv2.imread(str(tmp_path / "new" / "a.png")).std() > 1
    (collections,) = [axes.collections for axes in figure.axes if axes.collections]
    offsets = {tuple(np.round(o, 6)) for c in collections for o in c.get_offsets()}
    assert {tuple(np.round(p, 6)) for p in pitch_to_plot(np.array(points, float).reshape(-1, 2))} <= offsets


def test_athletes__over_a_threshold_keeps_ties():
    athletes = _athletes([[0, 0], [1, 1], [2, 2]])._replace(scores=np.array([0.2, 0.5, 0.7]))
    np.testing.assert_array_equal(athletes.over(0.5).points_pitch_m, [[1, 1], [2, 2]])


@pytest.mark.parametrize("along_m", [-25.0, 0.0, 25.0])
@pytest.mark.parametrize("across_m", [-55.0, 55.0])
def test_draw_pitch__legend_does_not_hide_the_camera(across_m, along_m):
    pairs = Pairs(np.arange(2), np.arange(2), np.zeros(2))
    camera_there = SimpleNamespace(position_m=(across_m, along_m, 15.0))
    figure, axes = plt.subplots(figsize=(8, 6))
    athletes = _athletes([[0, 0], [10, 5]])
    draw_pitch(axes, athletes, athletes, camera_there, pairs)
    figure.canvas.draw()

    (symbol,) = [dots for dots in axes.collections if dots.get_label() == "camera"]
    (place,) = axes.transData.transform(symbol.get_offsets())
    assert not axes.get_legend().get_window_extent().contains(*place)
    plt.close(figure)
