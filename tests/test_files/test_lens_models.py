"""Which lens model a calibration means."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.files.lens_models import is_fisheye


@pytest.mark.parametrize(
    "value", [True, 1, 1.0, [1], "yes", "True", "1.", np.array([1]), np.bool_(True), np.array(1.0)]
)
def test_is_fisheye__flag(value):
    assert is_fisheye({"fisheye": value})
    assert is_fisheye({"fisheye_model": value})


@pytest.mark.parametrize("value", [False, 0, 0.0, [0], "no", "", None, np.array([False])])
def test_is_fisheye__flag_that_says_no(value):
    assert not is_fisheye({"fisheye": value})


@pytest.mark.parametrize(
    "content",
    [
        {"distortion_model": "OPENCV_FISHEYE"},
        {"distortion_model": "equidistant"},
        {"camera_model": "KANNALA_BRANDT"},
        {"model": "kb4"},
        {"model": ["Kannala", "Brandt"]},
        {"model": np.array("fisheye")},
        {"model": np.array([b"equidistant"])},
        {"camera_model": "pinhole", "distortion_model": "equidistant"},
        {"fisheye": 1, "model": "opencv"},
    ],
)
def test_is_fisheye__by_its_model(content):
    assert is_fisheye(content)


@pytest.mark.parametrize(
    "model",
    ["pinhole", "plumb_bob", "radtan", "rational_polynomial", "OPENCV", "LENSMODEL_OPENCV8", "Brown-Conrady", ""],
)
def test_is_fisheye__pinhole(model):
    assert not is_fisheye({"distortion_model": model})
    assert not is_fisheye({})


@pytest.mark.parametrize("key", ["model", "camera_model", "camera_type", "lens_model"])
@pytest.mark.parametrize("maker", ["Sony XYZ", "DS-2CD", "broadcast", 3, "Fujinon 4mm"])
def test_is_fisheye__the_maker_of_a_camera_says_nothing(key, maker):
    assert not is_fisheye({key: maker})
    assert is_fisheye({key: maker, "distortion_model": "kb4"})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"model": "division"}, "model is division, which is no lens model"),
        ({"camera_model": "omni"}, "camera_model is omni"),
        ({"distortion_model": {"a": 1}}, "model is an object of a"),
        ({"distortion_type": "Sony"}, "distortion_type is Sony"),
        ({"fisheye": "perhaps"}, "fisheye is perhaps, neither true nor false"),
        ({"fisheye": [1, 0]}, "fisheye is 1 0, neither"),
        ({"fisheye": 2}, "fisheye is 2, neither"),
        ({"fisheye": False, "model": "kb4"}, "fisheye False and model kb4 contradict"),
        ({"camera_model": "fisheye", "distortion_model": "plumb_bob"}, "contradict"),
    ],
)
def test_is_fisheye__what_it_cannot_tell(content, message):
    with pytest.raises(ValueError, match=message):
        is_fisheye(content)
