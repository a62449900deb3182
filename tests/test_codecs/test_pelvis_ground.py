"""The codec: labels in, targets out, and back to metres."""

from __future__ import annotations

import numpy as np
import pytest
from mmpose.registry import KEYPOINT_CODECS

from mmsynloc.codecs import PelvisGroundCodec, attach_ground_metric, detach_ground_metric


def _data_info(camera, positions_m) -> dict:
    positions_m = np.asarray(positions_m, dtype=float).reshape(-1, 2)
    pelvis = camera.pitch_to_pixel(np.column_stack([positions_m, np.full(len(positions_m), 0.9)])).points
    ground = camera.pitch_to_pixel(positions_m).points
    return {
        "keypoints": np.stack([pelvis, ground], axis=1).astype(np.float32),
        "keypoints_visible": np.ones((len(positions_m), 2), np.float32),
        "flip_indices": [0, 1],
    }


def test_codec__is_registered():
    assert isinstance(KEYPOINT_CODECS.build(dict(type="PelvisGroundCodec")), PelvisGroundCodec)


def test_encode__empty_input():
    encoded = PelvisGroundCodec().encode(np.zeros((0, 4, 2)), np.zeros((0, 4)), np.zeros((0, 4)), np.zeros(0))
    assert encoded["keypoints"].shape == (0, 2, 2)
    assert encoded["keypoints_visible"].shape == (0, 2)
    assert encoded["pixel_to_metre"].shape == (0, 2, 2)
    assert encoded["bbox_labels"].shape == (0,)


def test_encode__without_ground_metric():
    encoded = PelvisGroundCodec().encode(np.ones((3, 2, 2)), None, np.ones((3, 4)), np.ones(3))
    assert "pixel_to_metre" not in encoded
    np.testing.assert_array_equal(encoded["bbox_labels"], [0, 0, 0])
    np.testing.assert_array_equal(encoded["keypoints_visible"], np.ones((3, 2)))


def test_encode__wrong_number_of_keypoints():
    with pytest.raises(ValueError, match=r"shape \(1, 17, 2\)"):
        PelvisGroundCodec().encode(np.zeros((1, 17, 2)))


def test_decode__returns_the_positions(simple_camera):
    positions = [[0.0, 0.0], [1.5, -1.0]]
    info = _data_info(simple_camera, positions)
    points, valid = PelvisGroundCodec().decode(info["keypoints"], simple_camera)
    assert valid.all()
    np.testing.assert_allclose(points, positions, atol=1e-4)  # the camera's series end at the 7th power


def test_ground_metric__looking_straight_down(simple_camera):
    info = _data_info(simple_camera, [[0.0, 0.0]])
    attach_ground_metric(info, simple_camera)
    assert info["keypoints"].shape == (1, 4, 2)
    assert info["flip_indices"] == [0, 1, 2, 3]
    own, matrix = detach_ground_metric(info["keypoints"])
    np.testing.assert_allclose(own[0, 1], [500, 250], atol=1e-3)
    # one pixel is 1/100.1 m; y on the pitch runs against the rows
    np.testing.assert_allclose(matrix[0], [[1 / 100.1, 0], [0, -1 / 100.1]], atol=1e-6)


def test_ground_metric__survives_any_affine_map(simple_camera):
    info = _data_info(simple_camera, [[1.0, 0.5], [-2.0, 1.0]])
    expected = simple_camera.pixel_to_metre(info["keypoints"][:, 1])
    attach_ground_metric(info, simple_camera)
    angle = np.deg2rad(25)
    linear = 0.37 * np.array([[-np.cos(angle), np.sin(angle)], [np.sin(angle), np.cos(angle)]])  # turned and flipped
    moved = info["keypoints"] @ linear.T + [31.0, -7.0]
    _, matrix = detach_ground_metric(moved)
    # float32 keypoints at some 500 px have steps of 6e-5 px, on tangents of 37 px
    np.testing.assert_allclose(matrix, expected @ np.linalg.inv(linear), rtol=1e-4, atol=1e-7)


def test_ground_metric__horizon_weighs_nothing(real_frame):
    import json

    from mmsynloc.structures import Camera

    camera = Camera.from_image_info(json.loads((real_frame / "annotations" / "test.json").read_text())["images"][0])
    info = {
        "keypoints": np.array([[[10, 2], [10, 5]], [[2000, 900], [2000, 1000]]], np.float32),
        "keypoints_visible": np.array([[1, 0], [1, 1]], np.float32),
    }
    attach_ground_metric(info, camera)
    _, matrix = detach_ground_metric(info["keypoints"])
    np.testing.assert_array_equal(matrix[0], np.zeros((2, 2)))
    np.testing.assert_allclose(matrix[1], camera.pixel_to_metre(info["keypoints"][1:, 1])[0], rtol=2e-2)
    np.testing.assert_array_equal(info["keypoints_visible"], [[1, 0, 0, 0], [1, 1, 1, 1]])
