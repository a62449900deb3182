"""The spherical lens against hand-computed angles, differences, and itself."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from mmsynloc.structures import GroundCamera, SphericalCamera, to_synloc


@pytest.fixture
def camera() -> SphericalCamera:
    """20 m high at x = 60, level along -x; 90 degrees over 1001 px. The matrix has the other sign, which is free."""
    matrix = -np.array([[0.0, 1, 0, 0], [0, 0, -1, 20], [-1, 0, 0, 60]])
    return SphericalCamera(matrix, math.pi / 2, (1001, 501))


def test_empty_input(camera):
    empty = np.zeros((0, 2))
    assert camera.pixel_to_pitch(empty).points.shape == camera.pitch_to_pixel(empty).points.shape == (0, 2)
    assert camera.pixel_to_metre(empty).shape == (0, 2, 2)
    assert isinstance(camera, GroundCamera)


def test_pan_and_tilt_are_the_coordinates(camera):
    per_radian = 1001 / (math.pi / 2)
    # straight ahead; and 60 m to the right at 45 degrees, where the tilt is to the distance along the ground
    expected = [[500, 250 + per_radian * math.atan(20 / 60)]]
    expected += [[500 + per_radian * math.pi / 4, 250 + per_radian * math.atan(20 / math.hypot(60, 60))]]
    np.testing.assert_allclose(camera.pitch_to_pixel([[0, 0], [0, 60]]).points, expected)
    np.testing.assert_allclose(camera.pixel_to_pitch(expected).points, [[0, 0], [0, 60]], atol=1e-9)
    np.testing.assert_allclose(camera.position_m, [60, 0, 20])


def test_what_has_no_image_or_ground(camera):
    assert camera.pitch_to_pixel([[61, 0], [60, 0], [59, 0]]).valid.tolist() == [False, False, True]
    assert camera.below_horizon([[500, 249], [500, 250], [500, 251], [5000, 251]]).tolist() == [
        False,
        False,
        True,
        False,
    ]


def test_derivatives_and_resizing(camera):
    pixels = np.array([[100.0, 300], [500, 400], [900, 290]])
    step = 1e-3
    numeric = np.stack(
        [
            (camera.pixel_to_pitch(pixels + d).points - camera.pixel_to_pitch(pixels - d).points) / (2 * step)
            for d in np.eye(2) * step
        ],
        axis=-1,
    )
    np.testing.assert_allclose(camera.pixel_to_metre(pixels), numeric, rtol=1e-6, atol=1e-8)
    doubled = camera.resized((2002, 1002))
    np.testing.assert_allclose(doubled.pixel_to_pitch(2 * pixels + 0.5).points, camera.pixel_to_pitch(pixels).points)


def test_camera__whatever_factor_its_matrix_has(camera):
    small = replace(camera, matrix=camera.matrix * 1e-6)
    pixels = np.array([[500.0, 400.0], [300.0, 450.0]])
    np.testing.assert_allclose(small.pixel_to_pitch(pixels).points, camera.pixel_to_pitch(pixels).points)


def test_to_synloc__the_lens_is_not_radial(camera):
    synloc, residual = to_synloc(camera)
    assert 0.1 < residual.mean_px < residual.max_px < 15
    np.testing.assert_allclose(synloc.position_m, camera.position_m, atol=1e-9)


@pytest.mark.parametrize(
    ("matrix", "fov", "message"),
    [(np.eye(3), 1.0, "not a finite"), (np.eye(3, 4), 1.0, "singular"), (np.eye(3)[:, [0, 1, 2, 2]], 0.0, "an angle")],
)
def test_wrong_arguments_are_named(matrix, fov, message):
    with pytest.raises(ValueError, match=message):
        SphericalCamera(matrix, fov, (100, 50))
