"""Lens, orientation and sampling of the generated cameras."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mmsynloc.datasets.preparation.layout import ANNOTATED_SIZE
from mmsynloc.minisynloc.cameras import MAX_ANGLE, fit_lens, look_at, pixel_rays, sample_camera
from mmsynloc.minisynloc.randomisation import FULL
from mmsynloc.structures import Camera


def _camera(seed: int) -> Camera:
    rng = np.random.default_rng(seed)
    return sample_camera(rng, FULL.draw(rng, "camera"))


@pytest.mark.parametrize("focal", [0.50, 0.57, 0.72])
@pytest.mark.parametrize("squeeze", [0.30, 0.55, 0.86])
def test_fit_lens__polynomials_are_mutual_inverses(focal: float, squeeze: float) -> None:
    dist_poly, undist_poly = fit_lens(focal, squeeze)
    angle = np.linspace(0, MAX_ANGLE, 200)
    # The polynomials of the example camera invert each other to 1e-5; 1e-4 is below a pixel at 4K.
    assert np.abs(np.polyval(undist_poly, np.polyval(dist_poly, angle)) - angle).max() < 1e-4
    assert len(dist_poly) == len(undist_poly) == 9


def test_fit_lens__slope_at_the_centre_is_the_focal_length() -> None:
    dist_poly, _ = fit_lens(0.6, 0.5)
    assert np.polyval(np.polyder(dist_poly), 0.0) == pytest.approx(0.6, abs=1e-5)  # the fit's error


def test_look_at__optical_axis_hits_the_aim_with_negative_depth() -> None:
    matrix = look_at(np.array([-10.0, 0.0, 10.0]), yaw=0.0, tilt=math.pi / 4, roll=0.3)
    seen = matrix @ [0, 0, 0, 1]  # 10 m ahead and 10 m below: exactly on the axis
    np.testing.assert_allclose(seen, [0, 0, -math.sqrt(200)], atol=1e-12)
    assert np.linalg.det(matrix[:, :3]) == pytest.approx(-1)


def test_look_at__left_of_the_pitch_is_left_in_the_image() -> None:
    matrix = look_at(np.array([-10.0, 0.0, 10.0]), yaw=0.0, tilt=0.5, roll=0.0)
    left, above = matrix @ [0, 5, 0, 1], matrix @ [0, 0, 5, 1]
    assert left[0] / left[2] < 0  # +y lies to the left of a viewer who looks along +x
    assert above[1] / above[2] < (matrix @ [0, 0, 0, 1])[1] / (matrix @ [0, 0, 0, 1])[2]


def test_sample_camera__covers_the_pitch_within_the_lens_model() -> None:
    for seed in range(20):
        camera = _camera(seed)
        assert camera.image_size == ANNOTATED_SIZE
        assert -62 <= camera.position_m[0] <= -42
        assert 8.5 <= camera.position_m[2] <= 20
        corner = np.polyval(camera.undist_poly, math.hypot(0.5, 0.5 * 9 / 16))
        assert corner < MAX_ANGLE
        px, valid = camera.pitch_to_pixel(np.array([[0.0, 0.0, 0.0]]))
        assert valid.all()
        assert 0 < px[0, 0] < ANNOTATED_SIZE[0]
        assert 0 < px[0, 1] < ANNOTATED_SIZE[1]


def test_sample_camera__a_good_part_of_the_frame_shows_the_pitch() -> None:
    u, v = np.meshgrid(np.linspace(0, 3839, 40), np.linspace(0, 2159, 24))
    shares = []
    for seed in range(20):
        camera = _camera(seed)
        ground, valid = camera.pixel_to_pitch(np.stack([u, v], -1).reshape(-1, 2))
        shares.append((valid & (np.abs(ground[:, 0]) < 38) & (np.abs(ground[:, 1]) < 56)).mean())
    assert np.mean(shares) > 0.3
    assert min(shares) > 0.15


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.25, -0.25)])
def test_pixel_rays__meet_the_ground_where_the_camera_says(shift: tuple[float, float]) -> None:
    camera: Camera = _camera(1).resized((64, 36))
    rays = pixel_rays(camera, shift)
    assert rays.shape == (36, 64, 3)
    row, column = 30, 20
    distance = -camera.position_m[2] / rays[row, column, 2]
    expected = camera.pixel_to_pitch(np.array([[column + shift[0], row + shift[1]]])).points[0]
    # float32 rays over some 50 m
    np.testing.assert_allclose((camera.position_m + distance * rays[row, column])[:2], expected, atol=1e-3)


def test_sample_camera__sees_athletes_as_flat_and_as_steep_as_real_cameras() -> None:
    """6 to 28 degrees of elevation from 5 to 95 %, over the athletes of all venues."""
    x, y = np.meshgrid(np.linspace(-34, 34, 15), np.linspace(-52, 52, 21))
    ground = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
    degrees = []
    for seed in range(40):
        camera = _camera(seed)
        px, valid = camera.pitch_to_pixel(ground)
        seen = valid & (px > 0).all(1) & (px < np.array(ANNOTATED_SIZE) - 1).all(1)
        level = np.linalg.norm(ground[seen, :2] - camera.position_m[:2], axis=1)
        degrees.append(np.degrees(np.arctan2(camera.position_m[2], level)))
    low, high = np.percentile(np.concatenate(degrees), [5, 95])
    assert low < 8
    assert high > 27
