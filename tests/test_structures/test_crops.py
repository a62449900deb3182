"""Which part of a frame a crop shows."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.structures.affine import resize_matrix, transform_points
from mmsynloc.structures.boxes import feet_of
from mmsynloc.structures.crops import (
    crop_geometry,
    crop_matrices,
    crops_by_camera,
    crops_of_boxes,
    vertical_px,
)

from ..synloc_files import camera

SIZE = (96, 128)


def _box_at(x: float, y: float, tall_m: float = 1.8) -> np.ndarray:
    foot, head = camera().pitch_to_pixel([[x, y, 0], [x, y, tall_m]]).points
    height = foot[1] - head[1]
    return np.array([foot[0] - height / 5, head[1], foot[0] + height / 5, foot[1]])


def test_crops__none() -> None:
    nothing = np.zeros((0, 4))
    for crops in (crops_of_boxes(nothing, SIZE), crops_by_camera(nothing, camera(), SIZE)):
        assert crops.centres_px.shape == (0, 2)
        assert crop_matrices(crops, SIZE).shape == (0, 3, 3)
        assert crop_geometry(camera(), feet_of(nothing), np.zeros((0, 3, 3)), SIZE).shape == (0, 4)


def test_crops_of_boxes__tall_and_wide() -> None:
    crops = crops_of_boxes(np.array([[10.0, 20, 30, 120], [0, 0, 300, 100], [5, 5, 5, 5]]), SIZE, padding=1.25)
    assert np.allclose(crops.centres_px, [[20, 70], [150, 50], [5, 5]])
    # 100 px high; 300 px wide, so 400 px high at 3:4; a box of no area gets a few pixels
    assert np.allclose(crops.heights_px, [125, 500, 4])


def test_crop_matrices__box_corners_land_where_padding_puts_them() -> None:
    box = np.array([[10.0, 20, 85, 120]])  # 75 x 100 has the crop's own shape
    matrix = crop_matrices(crops_of_boxes(box, SIZE, 1.25), SIZE)[0]
    corners = transform_points(box.reshape(2, 2), matrix)
    # 1 / 1.25 of the crop's sides, about its centre (47.5, 63.5)
    assert np.allclose(corners, [[47.5 - 38.4, 63.5 - 51.2], [47.5 + 38.4, 63.5 + 51.2]])


def test_crop_matrices__turned_and_mirrored() -> None:
    crops = crops_of_boxes(np.array([[10.0, 20, 85, 120]] * 2), SIZE, 1.0)
    plain = crop_matrices(crops, SIZE)
    turned = crop_matrices(crops, SIZE, degrees=np.array([90.0, 0]), flip=np.array([False, True]))
    above = np.array([47.5, 40.0])  # straight above the centre
    assert np.allclose(transform_points(above, plain[0])[0], 47.5)
    assert np.allclose(transform_points(above, turned[0])[1], 63.5)
    assert transform_points(above, turned[0])[0] > 48
    point = np.array([60.0, 50.0])
    x, y = transform_points(point, plain[1])
    assert np.allclose(transform_points(point, turned[1]), [95 - x, y])


def test_crops_by_camera__one_scale_whatever_the_box() -> None:
    whole, half = _box_at(0, 0), _box_at(0, 0)
    half[1] = (half[1] + half[3]) / 2  # the upper half is hidden
    crops = crops_by_camera(np.stack([whole, half]), camera(), SIZE, height_m=2.7)
    assert np.allclose(crops.heights_px[0], crops.heights_px[1])
    # 1.8 m are two thirds of a crop of 2.7 m; the box's height is that of its vertical line to first order
    assert np.isclose(crops.heights_px[0], 1.5 * (whole[3] - whole[1]), rtol=0.01)


def test_crops_by_camera__falls_back_to_the_box() -> None:
    boxes = np.array([[300.0, 2, 310, 12], [300, 300, 301, 302]])  # above the horizon; 2 px where 20 are right
    by_camera, plain = crops_by_camera(boxes, camera(), SIZE), crops_of_boxes(boxes, SIZE)
    assert np.allclose(by_camera.centres_px, plain.centres_px)
    assert np.allclose(by_camera.heights_px, plain.heights_px)


def test_vertical_px__points_up_and_is_nan_above_the_horizon() -> None:
    feet = camera().pitch_to_pixel([[0.0, 0.0]]).points
    upright = vertical_px(camera(), np.concatenate([feet, [[320.0, 1.0]]]))
    assert upright[0, 1] < 0
    assert abs(upright[0, 0]) < 1e-6
    assert np.isnan(upright[1]).all()


def test_crop_geometry__known_elevation() -> None:
    feet = camera().pitch_to_pixel([[0.0, 0.0]]).points
    feet = np.concatenate([feet, [[320.0, 1.0]]])
    found = crop_geometry(camera(), feet, np.stack([np.eye(3)] * 2), SIZE)
    # 12 m up, 45 m away
    assert np.isclose(found[0, 2], 12 / np.hypot(12, 45))
    assert found[0, 1] < 0
    assert found[0, 0] == 0
    assert (found[1] == 0).all()


@pytest.mark.parametrize("width", [320, 1920, 3840])
def test_crop_geometry__does_not_depend_on_the_size_that_the_camera_is_given_for(width: int) -> None:
    """Annotation files have cameras for 3840x2160, other files for the image's own size: the athlete is the same."""
    size = (width, width * 9 // 16)
    places, to_other = [[0.0, 0.0], [-10.0, 20.0]], resize_matrix(camera().image_size, size)
    matrices = np.stack([np.diag([3.0, 3.0, 1.0])] * 2)
    expected = crop_geometry(camera(), camera().pitch_to_pixel(places).points, matrices, SIZE)
    other = camera().resized(size)
    found = crop_geometry(other, other.pitch_to_pixel(places).points, matrices @ np.linalg.inv(to_other), SIZE)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)  # float32
