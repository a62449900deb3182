"""The camera against hand-computed cases, the development kit's own numbers, and itself."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from mmsynloc.structures import Camera, scale_points_px
from mmsynloc.structures._radial import distort, undistort


@pytest.fixture
def real_camera(real_frame) -> Camera:
    image = json.loads((real_frame / "annotations" / "test.json").read_text())["images"][0]
    return Camera.from_image_info(image)


def _info(**changes) -> dict:
    info = {
        "camera_matrix": np.eye(3, 4).tolist(),
        "dist_poly": [1.0, 0.0],
        "undist_poly": [1.0, 0.0],
        "width": 20,
        "height": 10,
    }
    info["camera_matrix"][2][3] = 1.0
    info.update(changes)
    return {k: v for k, v in info.items() if v is not None}


@pytest.mark.parametrize("as_torch", [False, True])
def test_pixel_to_pitch__empty_input(simple_camera, as_torch):
    camera = simple_camera.to_torch() if as_torch else simple_camera
    empty = torch.zeros(0, 2) if as_torch else np.zeros((0, 2))
    for points, valid in (camera.pixel_to_pitch(empty), camera.pitch_to_pixel(empty)):
        assert tuple(points.shape) == (0, 2)
        assert tuple(valid.shape) == (0,)
    assert tuple(camera.pixel_to_metre(empty).shape) == (0, 2, 2)


def test_pitch_to_pixel__looking_straight_down(simple_camera):
    # 1 m at 10 m is 0.1 of the width of 1001 px; the view from above has y on the pitch upwards.
    points, valid = simple_camera.pitch_to_pixel([[0, 0], [1, 0], [0, 1], [1, 1]])
    assert valid.all()
    # 1e-3 px: the series of tan stops at the 7th power, 0.1**9 of 1001 px
    np.testing.assert_allclose(points, [[500, 250], [600.1, 250], [500, 149.9], [600.1, 149.9]], atol=1e-3)


def test_pitch_to_pixel__height_moves_the_point_outwards(simple_camera):
    # At 5 m height the distance to the camera is halved, so the point lies twice as far from the axis.
    points, _ = simple_camera.pitch_to_pixel([[0.5, 0, 5]])
    np.testing.assert_allclose(points, [[600.1, 250]], atol=1e-3)


def test_pitch_to_pixel__behind_the_camera_is_invalid(simple_camera):
    points, valid = simple_camera.pitch_to_pixel([[0.0, 0, 9], [0.0, 0, 11]])
    assert valid.tolist() == [True, False]
    assert np.isnan(points[1]).all()


def test_pixel_to_pitch__above_the_horizon_is_invalid():
    # A camera 2 m up that looks along +y: rows above the middle one look into the sky.
    matrix = np.array([[1.0, 0, 0, 0], [0, 0, -1.0, 2.0], [0, 1.0, 0, 0]])
    camera = Camera(matrix, np.array([1.0, 0.0]), np.array([1.0, 0.0]), (101, 51))
    points, valid = camera.pixel_to_pitch([[50, 30], [50, 25], [50, 20]])
    assert valid.tolist() == [True, False, False]
    # 5 px below the axis is the angle 5/101 (polynomials of degree 1): y = 2 m / tan(5/101)
    np.testing.assert_allclose(points[0], [0, 2 / np.tan(5 / 101)], atol=1e-9)
    assert np.isnan(points[1:]).all()


def test_camera__sign_of_the_matrix_is_free(simple_camera):
    flipped = replace(simple_camera, camera_matrix=-simple_camera.camera_matrix)
    pixels = np.array([[400.0, 100.0], [700.0, 300.0]])
    for ours, theirs in zip(simple_camera.pixel_to_pitch(pixels), flipped.pixel_to_pitch(pixels)):
        np.testing.assert_allclose(ours, theirs)
    np.testing.assert_allclose(
        flipped.pitch_to_pixel([[1.0, 2.0]]).points, simple_camera.pitch_to_pixel([[1.0, 2.0]]).points
    )
    np.testing.assert_allclose(flipped.position_m, [0, 0, 10])


def test_lens__optical_axis_maps_to_itself():
    # The real polynomials have a constant term; the axis still has no direction to move in.
    axis, constant = np.zeros((1, 2)), np.array([0.7, -0.0005])
    np.testing.assert_array_equal(distort(axis, constant), axis)
    np.testing.assert_array_equal(undistort(axis, constant)[0], axis)


def test_camera__batched_equals_one_by_one(real_camera, simple_camera):
    rng = np.random.default_rng(0)
    pixels = rng.uniform(0, 1, (2, 7, 2)) * [1000, 500]
    small = real_camera.resized((1001, 501))
    padded = (
        np.concatenate([np.zeros(9 - 8), simple_camera.dist_poly]),
        np.concatenate([[0], simple_camera.undist_poly]),
    )
    batch = Camera(
        np.stack([small.camera_matrix, simple_camera.camera_matrix]),
        np.stack([small.dist_poly, padded[0]]),
        np.stack([small.undist_poly, padded[1]]),
        (1001, 501),
    )
    together = batch.pixel_to_pitch(pixels)
    for i, camera in enumerate([small, simple_camera]):
        alone = camera.pixel_to_pitch(pixels[i])
        np.testing.assert_array_equal(together.valid[i], alone.valid)
        np.testing.assert_allclose(together.points[i], alone.points)
        np.testing.assert_allclose(batch.pixel_to_metre(pixels)[i], camera.pixel_to_metre(pixels[i]))
    np.testing.assert_allclose(batch.position_m[1], [0, 0, 10])


@pytest.mark.parametrize(("dtype", "tolerance_m"), [(torch.float64, 1e-9), (torch.float32, 1e-2)])
def test_camera__torch_equals_numpy(real_camera, dtype, tolerance_m):
    # float32 has 7 digits: at 100 m and 4K that is a few millimetres
    pixels = np.random.default_rng(1).uniform([0, 700], [3839, 2159], (50, 2))
    numpy_points, numpy_valid = real_camera.pixel_to_pitch(pixels)
    points, valid = real_camera.to_torch(dtype).pixel_to_pitch(torch.tensor(pixels, dtype=dtype))
    assert points.dtype == dtype
    np.testing.assert_array_equal(valid.numpy(), numpy_valid)
    np.testing.assert_allclose(points.numpy(), numpy_points, atol=tolerance_m)


def test_camera__gradients_are_finite_also_over_the_horizon(real_camera):
    camera = real_camera.to_torch(torch.float64)
    pixels = torch.tensor([[1919.5, 1079.5], [2000.0, 1500.0], [10.0, 5.0]], dtype=torch.float64, requires_grad=True)
    points, valid = camera.pixel_to_pitch(pixels)
    assert valid.tolist() == [True, True, False]
    points[valid].sum().backward()
    assert torch.isfinite(pixels.grad).all()


def test_pixel_to_metre__equals_finite_differences(real_camera):
    pixels = np.array([[1093.4, 402.2], [3000.0, 1500.0], [200.0, 900.0]])
    step = 1e-3
    numeric = np.stack(
        [
            (real_camera.pixel_to_pitch(pixels + d).points - real_camera.pixel_to_pitch(pixels - d).points) / (2 * step)
            for d in np.eye(2) * step
        ],
        axis=-1,
    )
    np.testing.assert_allclose(real_camera.pixel_to_metre(pixels), numeric, rtol=1e-6, atol=1e-9)


def test_metre_to_pixel__is_the_inverse(real_camera):
    pixels = np.array([[1093.4, 402.2], [3000.0, 1500.0]])
    on_pitch = real_camera.pixel_to_pitch(pixels).points
    product = real_camera.pixel_to_metre(pixels) @ real_camera.metre_to_pixel(on_pitch)
    # The real undist_poly undoes dist_poly to about 1e-4.
    np.testing.assert_allclose(product, np.tile(np.eye(2), (2, 1, 1)), atol=1e-3)


def test_pixel_to_metre__nan_over_the_horizon(real_camera):
    assert np.isnan(real_camera.pixel_to_metre([[10.0, 5.0]])).all()


def test_camera__equals_the_development_kit(real_camera, real_frame):
    expected = {k: np.array(v) for k, v in json.loads((real_frame / "camera_golden.json").read_text()).items()}
    image, in_front = real_camera.pitch_to_normalised(expected["world"])
    np.testing.assert_allclose(image[in_front], expected["world_to_image_normalised"][in_front], atol=1e-4)
    ground, valid = real_camera.normalised_to_pitch(expected["image_normalised"])
    distance_m = np.linalg.norm(expected["image_to_ground"] - real_camera.position_m, axis=1)
    near = valid & (distance_m < 100)
    assert near.sum() > 100
    np.testing.assert_allclose(ground[near], expected["image_to_ground"][near, :2], atol=1e-3)


def test_camera__annotated_keypoints_land_on_their_positions(real_camera, real_frame):
    people = json.loads((real_frame / "annotations" / "test.json").read_text())["annotations"]
    ground_px = np.array([p["keypoints"][1][:2] for p in people])
    truth = np.array([p["position_on_pitch"] for p in people])
    errors_m = np.linalg.norm(real_camera.pixel_to_pitch(ground_px).points - truth, axis=1)
    assert errors_m.max() < 5e-3  # the published polynomials undo each other to about 2 mm at this range


def test_resized__keeps_the_ground(real_camera):
    pixels = np.array([[1093.4, 402.2], [3000.0, 1500.0]])
    half = real_camera.resized((1920, 1080))
    np.testing.assert_allclose(
        half.pixel_to_pitch(scale_points_px(pixels, 0.5)).points, real_camera.pixel_to_pitch(pixels).points, atol=1e-9
    )


def test_scale_points_px__pixel_centres():
    # The centre of the left pixel of two lies a quarter of a large pixel left of the large pixel's centre.
    np.testing.assert_allclose(scale_points_px(np.array([0.0, 1.0, 0.5]), 0.5), [-0.25, 0.25, 0.0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"camera_matrix": None}, "camera_matrix is missing"),
        ({"camera_matrix": [[1, 2], [3, 4]]}, "camera_matrix has shape"),
        ({"camera_matrix": "x"}, "camera_matrix is not an array"),
        ({"camera_matrix": np.zeros((3, 4)).tolist()}, "singular"),
        ({"dist_poly": []}, "dist_poly has the wrong shape"),
        ({"dist_poly": [float("nan")]}, "dist_poly has values that are not finite"),
        ({"dist_poly": [10**400]}, "dist_poly is not an array of numbers"),
        ({"camera_matrix": [[1, 2, 3, 4], [2, 4, 6, 1], [1, 0, 1, 1]]}, "camera_matrix is singular: its left 3x3"),
        ({"undist_poly": [9.0, 0.0]}, "undist_poly is not the inverse of dist_poly"),
        ({"width": 10**400}, "width and height"),
        ({"undist_poly": None}, "undist_poly is missing"),
        ({"width": None}, "width and height"),
        ({"height": 0}, "width and height"),
    ],
)
def test_from_image_info__bad_fields_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        Camera.from_image_info(_info(**changes))
