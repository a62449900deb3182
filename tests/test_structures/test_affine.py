"""Matrices, points and boxes, by hand-computable cases."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.structures.affine import (
    clip_boxes,
    fit_matrix,
    flip_matrix,
    intersect,
    invert,
    max_scale,
    rotation_matrix,
    scale_matrix,
    shear_matrix,
    shift_matrix,
    transform_bounds,
    transform_boxes,
    transform_points,
)


def _some_matrix(rng) -> np.ndarray:
    linear = shear_matrix(3, -2) @ rotation_matrix(rng.uniform(-180, 180)) @ scale_matrix(rng.uniform(0.1, 2))
    return shift_matrix(*rng.uniform(-50, 50, 2)) @ linear


@pytest.mark.parametrize("shape", [(0, 2), (3, 2), (0, 2, 2), (4, 2, 2)])
def test_transform_points__keeps_shape(shape):
    assert transform_points(np.zeros(shape, np.float32), np.eye(3)).shape == shape


def test_scale_matrix__keeps_edges():
    # An image of 8 px covers [-0.5, 7.5]; halved it covers [-0.5, 3.5].
    moved = transform_points(np.array([[-0.5, -0.5], [7.5, 7.5]]), scale_matrix(0.5))
    np.testing.assert_allclose(moved, [[-0.5, -0.5], [3.5, 3.5]])


def test_flip_matrix__swaps_first_and_last_pixel():
    np.testing.assert_allclose(transform_points(np.array([[0, 3], [9, 3]]), flip_matrix(10)), [[9, 3], [0, 3]])


def test_rotation_matrix__turns_x_towards_y():
    np.testing.assert_allclose(transform_points(np.array([[1, 0]]), rotation_matrix(90)), [[0, 1]], atol=1e-15)


@pytest.mark.parametrize(
    ("size", "output", "corner"),
    [
        ((3840, 2160), (640, 640), (-0.5, 139.5)),  # 640 x 360, bars of 140 px above and below
        ((100, 200), (400, 400), (99.5, -0.5)),  # 200 x 400, bars left and right
        ((3840, 2160), (1280, 720), (-0.5, -0.5)),  # the same shape: no bars
    ],
)
def test_fit_matrix__centres_the_image(size, output, corner):
    matrix = fit_matrix(size, output)
    np.testing.assert_allclose(transform_points(np.array([-0.5, -0.5]), matrix), corner, atol=1e-12)
    middles = [(np.array(s) - 1) / 2 for s in (size, output)]
    np.testing.assert_allclose(transform_points(middles[0], matrix), middles[1])


def test_transform_boxes__empty_input():
    assert transform_boxes(np.zeros((0, 4)), np.eye(3)).shape == (0, 4)


def test_transform_boxes__surrounds_the_moved_corners():
    rng = np.random.default_rng(0)
    boxes = np.sort(rng.uniform(0, 100, (20, 2, 2)), axis=1).reshape(20, 4)
    matrix = _some_matrix(rng)
    corners = transform_points(boxes[:, [[0, 1], [2, 1], [2, 3], [0, 3]]], matrix)
    expected = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    np.testing.assert_allclose(transform_boxes(boxes, matrix), expected, atol=1e-10)


def test_transform_bounds__agrees_with_transform_boxes():
    rng = np.random.default_rng(1)
    for _ in range(10):
        matrix = _some_matrix(rng)
        expected = transform_boxes(np.array([[3.0, 4.0, 10.0, 30.0]]), matrix)[0]
        np.testing.assert_allclose(transform_bounds((3.0, 4.0, 10.0, 30.0), matrix), expected, atol=1e-10)


def test_invert_and_max_scale__agree_with_numpy():
    rng = np.random.default_rng(2)
    for _ in range(10):
        matrix = _some_matrix(rng) @ flip_matrix(7)
        np.testing.assert_allclose(invert(matrix), np.linalg.inv(matrix), atol=1e-9)
        assert max_scale(matrix) == pytest.approx(np.linalg.norm(matrix[:2, :2], 2))


def test_clip_boxes__outside_box_has_no_area():
    clipped = clip_boxes(np.array([[-5, -5, 5, 5], [20, 20, 30, 30]]), (0, 0, 10, 10))
    np.testing.assert_array_equal(clipped, [[0, 0, 5, 5], [10, 10, 10, 10]])


@pytest.mark.parametrize(
    ("second", "expected"),
    [((5, 5, 15, 15), (5, 5, 10, 10)), ((10, 0, 20, 10), None), ((11, 0, 20, 10), None), ((2, 2, 3, 3), (2, 2, 3, 3))],
)
def test_intersect__overlap_touch_apart_inside(second, expected):
    assert intersect((0, 0, 10, 10), second) == expected
