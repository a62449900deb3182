"""The pictures of docs/concepts.md."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.analysis.concept_figures import Scene, draw_coordinate_frames, draw_locsim, make_scene
from tests.synloc_files import ANNOTATED_SIZE, camera


@pytest.fixture
def scene() -> Scene:
    """Three people before the camera of the small test frames, which are annotated for 640 x 360."""
    ground_m = np.array([[-15.0, 0.0], [0.0, 3.0], [20.0, -5.0]])
    pelvis_m = np.column_stack([ground_m, np.full(3, 0.9)])
    annotated = camera().resized((ANNOTATED_SIZE[0] * 6, ANNOTATED_SIZE[1] * 6))
    return Scene(np.zeros((180, 320, 3), np.uint8), annotated, pelvis_m, ground_m)


def test_draw_coordinate_frames__the_same_people_in_four_frames(scene, tmp_path):
    figure = draw_coordinate_frames(scene)
    pixels, normalised, undistorted, pitch = figure.axes
    width, height = scene.camera.image_size
    dots = [axes.collections[0].get_offsets() for axes in (pixels, normalised, undistorted, pitch)]
    centre = ((width - 1) / 2, (height - 1) / 2)
    np.testing.assert_allclose((dots[0] - centre) / width, dots[1], atol=1e-9)  # the same in float64
    np.testing.assert_allclose(dots[3], np.column_stack([-scene.ground_m[:, 1], scene.ground_m[:, 0]]))
    figure.savefig(tmp_path / "frames.png")


def test_draw_locsim__near_middle_and_far(scene, tmp_path):
    figure = draw_locsim(scene)
    curve, *crops = figure.axes
    assert [axes.get_title().split(",")[0] for axes in crops] == ["30 m away", "45 m away", "65 m away"]
    distance, similarity = curve.lines[0].get_data()
    assert np.interp(1.0, distance, similarity) == pytest.approx(0.05, abs=1e-3)  # the curve has a point each cm
    figure.savefig(tmp_path / "locsim.png")


def test_make_scene__people_stand_below_their_pelvis():
    scene = make_scene(seed=1)
    assert len(scene.ground_m) > 3
    np.testing.assert_allclose(scene.pelvis_m[:, :2], scene.ground_m, atol=1e-6)
