"""Conversion to the SynLoc model: what it can express comes out the same, the rest within its reported residual."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.structures import Camera, to_synloc
from tests.test_structures.test_opencv_camera import LENSES, pixel_grid, side_camera

CENTRED = [[1500.0, 0, 959.5], [0, 1500, 539.5], [0, 0, 1]]


def test_to_synloc__its_own_model_is_returned(simple_camera):
    camera, residual = to_synloc(simple_camera)
    assert camera is simple_camera
    assert residual == (0, 0)


@pytest.mark.parametrize(
    ("changes", "largest_px"),
    [
        ({}, 0.01),  # no distortion: unequal focal lengths and an off-centre principal point cost nothing
        ({"intrinsics": CENTRED, "distortion": [-0.3, 0.1, 0, 0]}, 0.1),
        ({"intrinsics": CENTRED, "fisheye": True, "distortion": [0.05, -0.02, 0.01, -0.003]}, 0.1),
    ],
)
def test_to_synloc__what_the_model_can_express(changes, largest_px):
    camera = side_camera(**changes)
    synloc, residual = to_synloc(camera)
    assert residual.max_px < largest_px
    assert synloc.camera_matrix.shape == (3, 4)
    assert synloc.dist_poly.shape == synloc.undist_poly.shape == (9,)
    assert synloc.image_size == camera.image_size
    np.testing.assert_allclose(synloc.position_m, camera.position_m, atol=1e-9)


@pytest.mark.parametrize("lens", LENSES)
def test_to_synloc__residual_is_what_is_found(lens):
    camera = side_camera(*LENSES[lens])
    synloc, residual = to_synloc(camera)
    assert 0 < residual.mean_px < residual.max_px < 20
    pixels = pixel_grid(11)
    ground, below = camera.pixel_to_pitch(pixels)
    near = below & (np.linalg.norm(ground, axis=1) < 200)
    distances = np.linalg.norm(synloc.pitch_to_pixel(ground[near]).points - pixels[near], axis=1)
    assert distances.max() < 1.1 * residual.max_px  # another grid may come a little nearer to the worst place


@pytest.mark.parametrize("lens", LENSES)
def test_to_synloc__nothing_from_outside_is_projected_into_the_frame(lens):
    synloc, _ = to_synloc(side_camera(*LENSES[lens]))
    width, height = synloc.image_size
    angles = np.linspace(0, 1.5, 300)
    radius = np.polyval(synloc.dist_poly, angles)
    outside = np.argmax(radius > np.hypot(width, height) / 2 / width)
    assert (radius[outside:] > np.hypot(width, height) / 2 / width).all()


def test_to_synloc__goes_through_an_annotation_entry():
    synloc, _ = to_synloc(side_camera(*LENSES["4"]))
    info = {
        "camera_matrix": synloc.camera_matrix.tolist(),
        "dist_poly": synloc.dist_poly.tolist(),
        "undist_poly": synloc.undist_poly.tolist(),
        "width": 1920,
        "height": 1080,
    }
    pixels = pixel_grid(5)
    again = Camera.from_image_info(info)
    np.testing.assert_array_equal(again.pixel_to_pitch(pixels).points, synloc.pixel_to_pitch(pixels).points)


def test_to_synloc__refuses_a_camera_that_sees_no_ground():
    with pytest.raises(ValueError, match="does not look at the ground"):
        to_synloc(side_camera(rotation=np.eye(3), translation_m=[0, 0, -5]))  # 5 m up, looking at the sky


def test_to_synloc__fisheye_of_more_than_180_degrees():
    camera = side_camera(intrinsics=[[450.0, 0, 959.5], [0, 450, 539.5], [0, 0, 1]], fisheye=True)
    assert to_synloc(camera)[1].max_px < 1e-6  # equidistant about the centre: the model has it


# OpenCV's tangential terms so strong that no radial lens comes near
def test_to_synloc__lens_that_the_model_can_hardly_express():
    distortion = (-0.41, -0.23, -0.02, -0.06, 0.35)
    residual = to_synloc(side_camera(distortion, intrinsics=[[1329.0, 0, 900], [0, 1329, 500], [0, 0, 1]]))[1]
    assert 10 < residual.mean_px < residual.max_px


def test_to_synloc__lens_that_the_model_cannot_express():
    distortion = (-0.331, -0.122, -0.102, 0.027, 0.166)
    camera = side_camera(distortion, intrinsics=[[1065.0, 0, 791], [0, 1125, 482], [0, 0, 1]])
    with pytest.raises(ValueError, match="cannot express its lens: 3% of the pixels on the ground are lost"):
        to_synloc(camera)
