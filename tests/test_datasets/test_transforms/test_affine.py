"""Fit, random affine and flip: matrices, and the way back to annotated pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from mmpose.models import BottomupPoseEstimator
from mmpose.structures import PoseDataSample

from mmsynloc.datasets.transforms import RenderSynLocImage, SynLocFitResize, SynLocFlip, SynLocRandomAffine, get_plan
from mmsynloc.structures.affine import transform_points
from mmsynloc.utils import UserError


def _results(size=(3840, 2160), **extra) -> dict:
    return dict(annotated_size=size, img_path="none.jpg", bbox=np.zeros((0, 4), np.float32), **extra)


def _matrix(results: dict) -> np.ndarray:
    return next(get_plan(results).layers()).matrix


@pytest.mark.parametrize("size", [(640, 640), (864, 480), (480, 864), (1280, 720), (333, 777)])
def test_fit_resize__upstream_brings_predictions_back(size):
    results = SynLocFitResize(size)(_results())
    points = np.array([[[0.0, 0.0], [3839.0, 2159.0]], [[1234.5, 99.25], [-40.0, 3000.0]]])
    boxes = np.array([[10.0, 20.0, 30.0, 60.0], [0.0, 0.0, 3840.0, 2160.0]])
    sample = PoseDataSample(metainfo={k: results[k] for k in ("input_size", "input_center", "input_scale")})
    predictions = InstanceData(
        keypoints=transform_points(points, _matrix(results)),
        keypoint_scores=np.ones((2, 2)),
        bboxes=transform_points(boxes.reshape(2, 2, 2), _matrix(results)).reshape(2, 4),
    )
    BottomupPoseEstimator.add_pred_to_datasample(None, [predictions], None, [sample])
    # float64 throughout: a millionth of a pixel
    np.testing.assert_allclose(sample.pred_instances.keypoints, points, atol=1e-6)
    np.testing.assert_allclose(sample.pred_instances.bboxes, boxes, atol=1e-6)


def test_fit_resize__meta_information():
    results = SynLocFitResize((640, 480))(_results())
    for key in ("input_size", "input_center", "input_scale"):
        assert results[key].dtype == np.float64
    np.testing.assert_array_equal(results["input_size"], [640, 480])
    np.testing.assert_allclose(results["input_scale"], [3840, 2880])
    assert torch.zeros(3).clamp_(0, results["input_size"][0]).shape == (3,)  # as upstream's head uses it


def test_fit_resize__size_from_the_data_set():
    results = SynLocFitResize()(_results(input_size=(864, 480)))
    assert get_plan(results).canvas_size == (864, 480)


def test_fit_resize__no_size_anywhere():
    with pytest.raises(ValueError, match="no input_size"):
        SynLocFitResize()(_results())


@pytest.mark.parametrize("size", [(0, 10), (640,), (640, -1), (640.5, 480)])
def test_fit_resize__wrong_size(size):
    with pytest.raises(ValueError, match="input_size must be"):
        SynLocFitResize(size)


def test_fit_resize__image_in_memory():
    image = np.full((20, 40, 3), 77, np.uint8)
    results = RenderSynLocImage()(SynLocFitResize((20, 20))({"img": image, "img_path": None}))
    assert results["ori_shape"] == (20, 40)
    assert results["img"].shape == (20, 20, 3)
    np.testing.assert_array_equal(results["img"][:4], 114)
    np.testing.assert_array_equal(results["img"][6:14], 77)


_STILL = dict(scale_prob=0, rotate_prob=0, shift_prob=0, shear_prob=0)


@pytest.mark.parametrize(
    ("mode", "scale"), [("fit", 640 / 3840), ("fill", 640 / 2160), ("canvas", 1.0)], ids=["fit", "fill", "canvas"]
)
def test_random_affine__without_chance_keeps_the_centre(mode, scale):
    results = SynLocRandomAffine((640, 640), mode=mode, **_STILL)(_results())
    np.testing.assert_allclose(_matrix(results)[:2, :2], np.eye(2) * scale)
    np.testing.assert_allclose(transform_points(np.array([1919.5, 1079.5]), _matrix(results)), [319.5, 319.5])


def test_random_affine__corner_anchor():
    results = SynLocRandomAffine((640, 640), mode="canvas", anchor="corner", **_STILL)(_results((1280, 1280)))
    np.testing.assert_allclose(_matrix(results), np.eye(3), atol=1e-12)


def test_random_affine__stays_within_its_ranges():
    affine = SynLocRandomAffine((640, 480), scale_factor=(0.5, 2.0), rotate_factor=30, shift_factor=0.2)
    scales, degrees, shifts = [], [], []
    for _ in range(300):
        matrix = _matrix(affine(_results()))
        scales.append(np.sqrt(np.linalg.det(matrix[:2, :2])) * 3840 / 640)
        degrees.append(np.rad2deg(np.arctan2(matrix[1, 0], matrix[0, 0])))
        shifts.append(transform_points(np.array([1919.5, 1079.5]), matrix) - [319.5, 239.5])
    # 300 draws come within a tenth of the ends of each range
    assert (np.min(scales), np.max(scales)) == pytest.approx((0.5, 2.0), abs=0.15)
    assert (np.min(degrees), np.max(degrees)) == pytest.approx((-30, 30), abs=3)
    np.testing.assert_allclose(np.abs(shifts).max(axis=0), [128, 96], rtol=0.1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(mode="long"), "mode must be"),
        (dict(anchor="left"), "anchor must be"),
        (dict(scale_factor=(0, 1)), "scale_factor"),
        (dict(scale_factor=(2, 1)), "scale_factor"),
    ],
)
def test_random_affine__wrong_options(options, message):
    with pytest.raises(ValueError, match=message):
        SynLocRandomAffine((640, 640), **options)


def test_flip__twice_is_nothing():
    flip = SynLocFlip(prob=1.0)
    once = flip(_results())
    assert once["flip"] is True
    assert once["flip_direction"] == "horizontal"
    np.testing.assert_allclose(transform_points(np.array([0.0, 5.0]), _matrix(once)), [3839, 5])
    np.testing.assert_allclose(_matrix(flip(once)), np.eye(3), atol=1e-12)


def test_flip__never_and_half_the_time():
    assert SynLocFlip(prob=0.0)(_results())["flip"] is False
    flips = [SynLocFlip(prob=0.5)(_results())["flip"] for _ in range(200)]
    assert 70 < sum(flips) < 130  # 4 standard deviations


def test_fit_resize__at_the_corner_has_bars_at_the_right_and_below():
    results = SynLocFitResize((640, 640), anchor="corner")(_results())
    assert results["scale_factor"] == (1 / 6, 1 / 6)
    corners = transform_points(np.array([[-0.5, -0.5], [3839.5, 2159.5]]), _matrix(results))
    np.testing.assert_allclose(corners, [[-0.5, -0.5], [639.5, 359.5]], atol=1e-9)
    with pytest.raises(ValueError, match="'center' or 'corner'"):
        SynLocFitResize(anchor="left")


def test_fit_resize__image_without_annotations(tmp_path):
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), np.zeros((30, 50, 3), np.uint8))
    for sample in ({"img_path": str(path)}, {"img": np.zeros((30, 50, 3), np.uint8), "img_path": "none.jpg"}):
        results = SynLocFitResize(default_size=(100, 100))(sample)
        assert results["annotated_size"] == (50, 30)
        assert results["camera"] is None
        assert get_plan(results).canvas_size == (100, 100)
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"b\.jpg: no image"):
        SynLocFitResize(default_size=(100, 100))({"img_path": str(tmp_path / "b.jpg")})


def test_fit_resize__the_size_of_the_data_set_goes_before_the_default():
    results = SynLocFitResize(default_size=(100, 100))(_results(input_size=(864, 480)))
    assert get_plan(results).canvas_size == (864, 480)
