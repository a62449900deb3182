"""The OpenCV camera against hand-computed cases, OpenCV's own functions, the SynLoc camera, and itself."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmsynloc.structures import Camera, GroundCamera, OpenCVCamera, scale_points_px

SIZE = (1920, 1080)
LENSES = {
    "none": ((), False),
    "4": ((-0.3, 0.1, 0.001, -0.002), False),
    "5": ((-0.25, 0.06, 0.0005, -0.0003, -0.005), False),
    "8": ((-0.3, 0.1, 0.001, -0.002, 0.01, 0.02, 0.01, 0.003), False),
    "12": ((-0.3, 0.1, 0.001, -0.002, 0.01, 0.02, 0.01, 0.003, 0.001, 0.002, -0.001, 0.003), False),
    "14": ((-0.3, 0.1, 0.001, -0.002, 0.01, 0.02, 0.01, 0.003, 0.001, 0.002, -0.001, 0.003, 0.02, -0.03), False),
    "fisheye": ((0.05, -0.02, 0.01, -0.003), True),
}


def side_camera(distortion=(), fisheye=False, **changes) -> OpenCVCamera:
    """18 m high beside the touch line x < 0, with unequal focal lengths and the principal point off the centre."""
    forward = np.array([1.0, 0.2, -0.35]) / np.linalg.norm([1.0, 0.2, -0.35])
    right = np.cross(forward, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    arguments = {
        "intrinsics": [[1500.0, 0, 1000], [0, 1480, 500], [0, 0, 1]],
        "rotation": rotation,
        "translation_m": -rotation @ [-60.0, 3, 18],
        "image_size": SIZE,
        "distortion": distortion,
        "fisheye": fisheye,
        **changes,
    }
    return OpenCVCamera(**arguments)


def pixel_grid(n: int = 15) -> np.ndarray:
    return np.stack(np.meshgrid(np.linspace(0, SIZE[0] - 1, n), np.linspace(0, SIZE[1] - 1, n)), -1).reshape(-1, 2)


@pytest.fixture(params=LENSES)
def camera(request) -> OpenCVCamera:
    return side_camera(*LENSES[request.param])


@pytest.fixture
def from_above() -> OpenCVCamera:
    """10 m above the centre, looking straight down, x of the pitch to the right: 100 px a metre in x, 50 in y."""
    return OpenCVCamera([[1000.0, 0, 500], [0, 500, 250], [0, 0, 1]], np.diag([1.0, -1, -1]), [0, 0, 10], (1001, 501))


def test_empty_input(camera):
    empty = np.zeros((0, 2))
    for points, valid in (camera.pixel_to_pitch(empty), camera.pitch_to_pixel(empty)):
        assert points.shape == (0, 2)
        assert valid.shape == (0,)
    assert camera.pitch_to_pixel(np.zeros((0, 3))).points.shape == (0, 2)
    assert camera.below_horizon(empty).shape == (0,)
    assert camera.pixel_to_metre(empty).shape == camera.metre_to_pixel(empty).shape == (0, 2, 2)


def test_is_a_ground_camera(camera, simple_camera):
    assert isinstance(camera, GroundCamera)
    assert isinstance(simple_camera, GroundCamera)


def test_looking_straight_down(from_above):
    points, valid = from_above.pitch_to_pixel([[0, 0], [1, 0], [0, 1]])
    assert valid.all()
    np.testing.assert_allclose(points, [[500, 250], [600, 250], [500, 200]], atol=1e-9)
    # at 5 m height the distance is halved
    np.testing.assert_allclose(from_above.pitch_to_pixel([[1, 0, 5]]).points, [[700, 250]], atol=1e-9)
    np.testing.assert_allclose(from_above.pixel_to_pitch([[600, 200]]).points, [[1, 1]], atol=1e-9)
    np.testing.assert_allclose(from_above.pixel_to_metre([[600, 200]]), [[[0.01, 0], [0, -0.02]]], atol=1e-12)
    np.testing.assert_allclose(from_above.metre_to_pixel([[3, -2]]), [[[100, 0], [0, -50]]], atol=1e-9)
    np.testing.assert_allclose(from_above.position_m, [0, 0, 10])


def test_behind_the_camera(from_above):
    points, valid = from_above.pitch_to_pixel([[0, 0, 9], [0, 0, 10], [0, 0, 11]])
    assert valid.tolist() == [True, False, False]
    assert np.isnan(points[1:]).all()


def test_over_the_horizon():
    # 2 m up and level, along +y: the middle row is the horizon
    camera = OpenCVCamera(
        [[50.0, 0, 50], [0, 50, 25], [0, 0, 1]], [[1, 0, 0], [0, 0, -1], [0, 1, 0]], [0, 2, 0], (101, 51)
    )
    pixels = [[50, 30], [50, 25], [50, 20], [float("nan"), 30]]
    points, valid = camera.pixel_to_pitch(pixels)
    assert valid.tolist() == camera.below_horizon(pixels).tolist() == [True, False, False, False]
    np.testing.assert_allclose(points[0], [0, 20])  # 5 px of a focal length of 50 down from 2 m
    assert np.isnan(points[1:]).all()
    assert np.isnan(camera.pixel_to_metre(pixels)[1:]).all()
    assert np.isnan(camera.metre_to_pixel([[0, -5]])).all()


def test_pitch_to_pixel__equals_opencv(camera):
    points = np.random.default_rng(0).uniform([-34, -52, 0], [34, 52, 2], (100, 3))
    project = cv2.fisheye.projectPoints if camera.fisheye else cv2.projectPoints
    rotation = cv2.Rodrigues(camera.rotation)[0]
    expected, _ = project(points[:, None], rotation, camera.translation_m, camera.intrinsics, camera.distortion)
    pixels, valid = camera.pitch_to_pixel(points)
    assert valid.mean() > 0.8
    np.testing.assert_allclose(pixels[valid], expected.reshape(-1, 2)[valid], atol=1e-6)


def test_round_trip(camera):
    pixels = pixel_grid()
    ground, below = camera.pixel_to_pitch(pixels)
    assert below.mean() > 0.9
    np.testing.assert_allclose(camera.pitch_to_pixel(ground[below]).points, pixels[below], atol=1e-5)


def test_derivatives(camera):
    pixels = pixel_grid(9)
    ground, valid = camera.pixel_to_pitch(pixels)
    near = valid & (np.linalg.norm(ground, axis=1) < 100)
    jacobian, step = camera.pixel_to_metre(pixels[near]), 1e-3
    numeric = np.stack(
        [
            (camera.pixel_to_pitch(pixels[near] + d).points - camera.pixel_to_pitch(pixels[near] - d).points) / 2 / step
            for d in np.eye(2) * step
        ],
        axis=-1,
    )
    np.testing.assert_allclose(jacobian, numeric, rtol=1e-5, atol=1e-6)  # central differences of 1e-3 px
    product = jacobian @ camera.metre_to_pixel(ground[near])
    np.testing.assert_allclose(product, np.broadcast_to(np.eye(2), product.shape), atol=1e-9)


@pytest.mark.parametrize("k1", [-0.5, -0.9])
def test_domain__ends_where_the_lens_folds_back(k1):
    camera = side_camera([k1, 0, 0, 0], intrinsics=[[1000.0, 0, 960], [0, 1000, 540], [0, 0, 1]])
    fold = (1 / (-3 * k1)) ** 0.5  # r (1 + k1 r^2) has its maximum there
    radius = np.array([0.5, 0.99, 1.01, 2.0]) * fold
    plane = np.column_stack([radius, np.zeros(4)])
    assert camera.plane_to_pixel(plane).valid.tolist() == [True, True, False, False]
    pixels = camera.plane_to_pixel(plane[:2]).points
    np.testing.assert_allclose(camera.pixel_to_plane(pixels).points, plane[:2], atol=1e-9)
    beyond = 960 + 1000 * (fold * (1 + k1 * fold**2)) + 1
    assert not camera.pixel_to_plane(np.array([[beyond, 540.0]])).valid.any()


def test_domain__fisheye_and_rational_poles():
    fisheye = side_camera([-0.5, 0, 0, 0], True)
    fold = np.tan((1 / 1.5) ** 0.5)  # theta (1 - 0.5 theta^2) has its maximum at theta^2 = 1 / 1.5
    assert fisheye.plane_to_pixel(np.array([[0.99 * fold, 0], [1.01 * fold, 0]])).valid.tolist() == [True, False]
    rational = side_camera([0, 0, 0, 0, 0, -1.0, 0, 0])  # r / (1 - r^2)
    assert rational.plane_to_pixel(np.array([[0.9, 0], [1.1, 0]])).valid.tolist() == [True, False]


def test_resized__keeps_the_ground(camera):
    pixels = pixel_grid(7)
    for size in ((3840, 2160), (960, 540), (1000, 700)):
        resized = camera.resized(size)
        assert resized.image_size == size
        moved = scale_points_px(pixels, np.array(size) / SIZE)
        ground, valid = camera.pixel_to_pitch(pixels)
        near = valid & (np.linalg.norm(ground, axis=1) < 200)
        np.testing.assert_allclose(resized.pixel_to_pitch(moved).points[near], ground[near], atol=1e-6)


def test_equals_the_synloc_camera():
    # an equidistant fisheye about the image's centre: r = f theta in both models
    focal, size = 0.7, (1920, 1080)
    f = focal * size[0]
    opencv = side_camera(intrinsics=[[f, 0, 959.5], [0, f, 539.5], [0, 0, 1]], fisheye=True)
    synloc = Camera(-opencv.camera_matrix, np.array([focal, 0.0]), np.array([1 / focal, 0.0]), size)
    pixels = pixel_grid()
    ours, theirs = opencv.pixel_to_pitch(pixels), synloc.pixel_to_pitch(pixels)
    np.testing.assert_array_equal(ours.valid, theirs.valid)
    np.testing.assert_allclose(ours.points, theirs.points, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(opencv.pixel_to_metre(pixels), synloc.pixel_to_metre(pixels), rtol=1e-6, atol=1e-8)
    athletes = np.random.default_rng(0).uniform([-34, -52, 0], [34, 52, 2], (50, 3))
    np.testing.assert_allclose(opencv.pitch_to_pixel(athletes).points, synloc.pitch_to_pixel(athletes).points)
    np.testing.assert_allclose(opencv.position_m, synloc.position_m)


def test_leading_dimensions(camera):
    pixels = pixel_grid(4).reshape(2, 8, 2)
    points, valid = camera.pixel_to_pitch(pixels)
    assert points.shape == (2, 8, 2)
    np.testing.assert_array_equal(points[1], camera.pixel_to_pitch(pixels[1]).points)
    assert valid.shape == (2, 8)
    assert camera.pixel_to_metre(pixels).shape == (2, 8, 2, 2)


def test_rotation__as_a_vector(camera):
    again = side_camera(rotation=cv2.Rodrigues(camera.rotation)[0], translation_m=camera.translation_m[:, None])
    np.testing.assert_allclose(again.camera_matrix, camera.camera_matrix, atol=1e-12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"intrinsics": np.eye(2)}, r"intrinsics has shape \(2, 2\)"),
        ({"intrinsics": "x"}, "intrinsics is not an array"),
        ({"intrinsics": [[1, 0.1, 0], [0, 1, 0], [0, 0, 1]]}, "skew of 0.1"),
        ({"intrinsics": [[1, 0, 0], [0, -1, 0], [0, 0, 1]]}, "focal length"),
        ({"intrinsics": np.full((3, 3), 2)}, "not of the form"),
        ({"rotation": np.diag([1, 1, -1])}, "mirrors"),
        ({"rotation": np.eye(3) * 2}, "not orthonormal"),
        ({"rotation": [1, 2]}, "rotation has shape"),
        ({"translation_m": [1, 2]}, "translation_m has 2 numbers"),
        ({"translation_m": [1, 2, float("inf")]}, "translation_m has values that are not finite"),
        ({"distortion": [0.1]}, "distortion has 1 coefficients; the model has 0, 4, 5, 8, 12, 14"),
        ({"distortion": [0.1] * 5, "fisheye": True}, "a fisheye has 0, 4"),
        ({"image_size": (1920, 0)}, "image_size"),
        ({"image_size": (1920.5, 1080)}, "image_size"),
    ],
)
def test_wrong_arguments_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        side_camera(**changes)


@pytest.mark.parametrize("focal", [600.0, 450.0, 250.0])
def test_pixel_to_plane__fisheye_of_180_degrees_and_more(focal):
    """Pixels at 90 degrees to the axis and beyond have no point of the plane, and are in nobody's way."""
    camera = side_camera(intrinsics=[[focal, 0, 959.5], [0, focal, 539.5], [0, 0, 1]], fisheye=True)
    angles = np.array([0, 1, 0.5 * np.pi + 0.001, 0.55 * np.pi])
    pixels = np.stack([959.5 + focal * angles, np.full(4, 539.5)], axis=1)  # r = f theta
    plane, valid = camera.pixel_to_plane(pixels)
    assert valid.tolist() == [True, True, False, False]
    np.testing.assert_allclose(plane[:2], [[0, 0], [np.tan(1.0), 0]], atol=1e-9)
