"""What tools other than OpenCV's own name and shape the values of a calibration."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmsynloc.files.opencv_calibration import opencv_source, read_xml, read_yaml
from mmsynloc.utils import UserError
from tests.test_files.test_cameras import _opencv

COEFFICIENTS = [-0.2, 0.05, 0.001, 0.002, 0.0]


def _camera(content: dict):
    return opencv_source(content)(None)


def _without(*names: str) -> dict:
    return {key: value for key, value in _opencv().items() if key not in names}


@pytest.mark.parametrize(
    "name",
    [
        "dist_coeff",
        "distortion_coeffs",
        "distCoeff",
        "dist_coef",
        "distortionCoefficients",
        "distortion_params",
        "d",
        "D",
    ],
)
def test_source__names_of_the_distortion(name):
    content = _without("distortion_coefficients") | {name: COEFFICIENTS}
    np.testing.assert_array_equal(_camera(content).distortion, COEFFICIENTS)


@pytest.mark.parametrize("name", ["dist_vec", "distortions", "k1", "k"])
def test_source__no_distortion_is_lost(name):
    with pytest.raises(ValueError, match=f"has {name}: name the distortion distortion_coefficients"):
        opencv_source(_without("distortion_coefficients") | {name: 0.1})


def test_source__none_is_needed():
    content = _without("distortion_coefficients") | {"distortion_model": "plumb_bob", "distance_m": 4}
    assert not _camera(content).distortion.any()


def test_source__ros_and_kalibr():
    lens = np.array(_camera(_opencv()).intrinsics)
    for name, value in {
        "K": lens.ravel().tolist(),
        "k": lens.ravel().tolist(),
        "intrinsics": [lens[0, 0], lens[1, 1], lens[0, 2], lens[1, 2]],
    }.items():
        content = _without("camera_matrix", "distortion_coefficients") | {name: value}
        np.testing.assert_array_equal(_camera(content).intrinsics, lens)
    turned = _opencv(rotation=_opencv()["rvec"], R=np.eye(3).tolist(), rvec=None)  # R is ROS's rectification
    np.testing.assert_array_equal(_camera(turned).rotation, _camera(_opencv()).rotation)


@pytest.mark.parametrize("name", ["resolution", "cameraResolution", "imageSize", "img_size"])
def test_source__names_of_the_size(name):
    width, height = _camera(_opencv()).image_size
    content = _without("image_width", "image_height", "width", "height", "image_size")
    assert opencv_source(content | {name: [width, height]})((2 * width, 2 * height)).image_size == (width, height)
    assert opencv_source(content | {"imageWidth": width, "imageHeight": height})(None).image_size == (width, height)


@pytest.mark.parametrize("suffix", ["yml", "xml"])
def test_source__arrays_with_channels_and_vectors_of_one_matrix(tmp_path, suffix):
    """As ``cv2.fisheye.calibrate``'s preallocated arrays and C++'s ``vector<Mat>`` are stored."""
    content, path = _opencv(), str(tmp_path / f"c.{suffix}")
    storage = cv2.FileStorage(path, cv2.FILE_STORAGE_WRITE)
    storage.write("camera_matrix", np.array(content["camera_matrix"], float))
    storage.write("dist_coeffs", np.array(COEFFICIENTS).reshape(1, 1, 5)[:, :, :4].copy())
    storage.write("rvec", np.array(content["rvec"], float).reshape(1, 1, 3))
    storage.startWriteStruct("tvecs", cv2.FileNode_SEQ)
    storage.write("", np.array(content["tvec"], float).reshape(3, 1))
    storage.endWriteStruct()
    storage.release()
    read = {"yml": read_yaml, "xml": read_xml}[suffix](tmp_path / f"c.{suffix}")
    camera, expected = opencv_source(read)((1920, 1080)), _camera(content)
    np.testing.assert_allclose(camera.rotation, expected.rotation, atol=1e-12)
    np.testing.assert_allclose(camera.translation_m, expected.translation_m, atol=1e-12)
    np.testing.assert_array_equal(camera.distortion, COEFFICIENTS[:4])


def test_read_yaml__rostopics_end_of_a_message(tmp_path):
    (tmp_path / "c.yaml").write_text("K: [1.0, 2.0]\n---\n")
    assert read_yaml(tmp_path / "c.yaml") == {"K": [1.0, 2.0]}


def test_source__null_is_no_distortion():
    content = _without("distortion_coefficients") | {"dist_coeffs": None, "k1": None}
    assert not _camera(content).distortion.any()


@pytest.mark.parametrize(("factor", "rests"), [(2, 0.0), (1, np.array([[0, 1e-9, 0], [1e-10, 0, 0], [0, 0, -1e-10]]))])
def test_source__rests_and_a_factor_of_the_matrix(factor, rests):
    lens = np.array(_camera(_opencv()).intrinsics)
    found = _camera(_without("camera_matrix") | {"camera_matrix": lens * factor + rests}).intrinsics
    np.testing.assert_allclose(found, lens, rtol=1e-9)
    assert (found[[0, 1, 2, 2], [1, 0, 0, 1]] == 0).all()


def test_source__a_skew_is_refused():
    lens = np.array(_camera(_opencv()).intrinsics)
    lens[0, 1] = 0.01
    with pytest.raises(ValueError, match=r"has a skew of 0\.01"):
        _camera(_without("camera_matrix") | {"camera_matrix": lens})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "%YAML:1.0\ntvec: [0, 0, 1]\nrvec: [0, 0, 1]\ntvec: [0, 0, 2]\n"),
        ("a.xml", "<opencv_storage><tvec>0 0 1</tvec><tvec>0 0 2</tvec></opencv_storage>"),
    ],
)
def test_read__a_value_that_is_there_twice(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=rf"{name}: not valid .*: tvec is there twice"):
        (read_yaml if name.endswith("yaml") else read_xml)(tmp_path / name)


def test_read_xml__nested_too_deeply(tmp_path):
    (tmp_path / "a.xml").write_text(f"<opencv_storage>{'<a>' * 5000}{'</a>' * 5000}</opencv_storage>")
    with pytest.raises(UserError, match=r"a\.xml: not valid XML: nested too deeply"):
        read_xml(tmp_path / "a.xml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_read_xml__in_the_encoding_that_it_names(tmp_path, encoding):
    named = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{named}"?><opencv_storage><a>\xfc 1</a></opencv_storage>'
    (tmp_path / "a.xml").write_text(text, encoding=encoding)
    assert read_xml(tmp_path / "a.xml") == {"a": ["\xfc", "1"]}
