"""Calibrations as OpenCV's tools and scripts store them: FileStorage's YAML, XML and JSON, plain YAML and JSON, npz."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from mmsynloc.files.camera_source import CameraSource, ImageSize
from mmsynloc.files.json_text import read_bytes, strip_byte_order_mark
from mmsynloc.files.keys import first_repeated
from mmsynloc.files.lens_models import is_fisheye
from mmsynloc.files.numbers import MAX_BYTES, find_value, number_array, plain_name, read_npz, stored_size
from mmsynloc.utils import UserError

__all__ = ["opencv_source", "read_npz", "read_xml", "read_yaml"]

KEYS = {
    "camera_matrix": ("camera_matrix", "K", "mtx", "intrinsics", "intrinsic", "intrinsic_matrix"),
    "distortion_coefficients": (
        *("distortion_coefficients", "distortion_coeffs", "distortion_coeff", "distortion", "distortion_params"),
        *("dist_coeffs", "dist_coeff", "dist_coefs", "dist_coef", "dist", "D"),
    ),
    "rvec": ("rvec", "rotation", "rotation_matrix", "R", "rvecs"),  # R may be ROS's rectification beside a rotation
    "tvec": ("tvec", "T", "translation", "translation_vector", "tvecs"),
}
"""The names under which each value is looked for, in this order; capitals and underscores play no part."""

_LIKE_DISTORTION = re.compile("dist(?!ance|ortionmodel|ortiontype)|[kp][1-6]$|k$")


def opencv_source(content: Mapping[str, Any]) -> CameraSource:
    """A camera of a calibration's values: lens, pose on the pitch, and perhaps the image's size.

    Raises:
        ValueError: a value is missing or has the wrong shape, or the lens model is none of OpenCV's; the message names
            it.
    """
    values = {name: find_value(content, keys) for name, keys in KEYS.items()}
    if values["camera_matrix"] is None:
        shown = ", ".join(map(str, list(content)[:8]))
        raise ValueError(f"has no camera_matrix (or {', '.join(KEYS['camera_matrix'][1:5])}); it has {shown}")
    if values["rvec"] is None or values["tvec"] is None:
        raise ValueError("has no pose on the pitch (rvec or R, and tvec or T): find it with cv2.solvePnP")
    if values["distortion_coefficients"] is None:
        _refuse_unread_distortion(content)
        values["distortion_coefficients"] = ()
    arrays = {name: _matrix(value, name) for name, value in values.items()}
    arrays["camera_matrix"] = _intrinsics(arrays["camera_matrix"])
    for name in ("rvec", "tvec"):
        arrays[name] = _one_pose(arrays[name], name)
    fisheye = is_fisheye(content)

    def camera(image_size: ImageSize | None) -> Any:
        from mmsynloc.structures import OpenCVCamera

        lens, pose = arrays["camera_matrix"], (arrays["rvec"], arrays["tvec"])
        size = stored_size(content, image_size)
        return OpenCVCamera(lens, *pose, size, arrays["distortion_coefficients"], fisheye)

    return camera


def _refuse_unread_distortion(content: Mapping[str, Any]) -> None:
    """A lens must not lose its distortion because of the name that it has in the file."""
    matrix = find_value(content, KEYS["camera_matrix"])
    unread = [
        key
        for key, value in content.items()
        if value is not None and value is not matrix and _LIKE_DISTORTION.match(plain_name(key))
    ]
    if unread:
        raise ValueError(f"has {', '.join(map(str, unread[:6]))}: name the distortion distortion_coefficients")


def _intrinsics(array: np.ndarray) -> np.ndarray:
    """The matrix (3, 3), out of ROS's 9 numbers and Kalibr's 4 (focal lengths, principal point) too."""
    if array.size != max(array.shape, default=0):
        return array
    if array.size == 4:
        fx, fy, cx, cy = array.reshape(4)
        return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])
    return array.reshape(3, 3) if array.size == 9 else array


def _matrix(value: Any, name: str) -> np.ndarray:
    """A plain array, or OpenCV's ``rows, cols, data``, or ``sizes, data`` of arrays that are not two-dimensional.

    A sequence of one such matrix, as FileStorage has of C++'s vectors, is that matrix.
    """
    if isinstance(value, (list, tuple)) and len(value) == 1 and isinstance(value[0], Mapping):
        value = value[0]
    if isinstance(value, Mapping) and set(value) == {"_"}:
        value = value["_"]
    if not isinstance(value, Mapping):
        return number_array(value, name)
    if not {"sizes", "rows", "cols", "data"} & set(value):
        shown = ", ".join(map(str, list(value)[:6])) or "nothing"
        raise ValueError(f"{name} is neither rows of numbers nor an OpenCV matrix (rows, cols, data); it has {shown}")
    parts = [value["sizes"]] if "sizes" in value else [value.get("rows"), value.get("cols")]
    channels = re.match(r"\d+", str(value.get("dt", "")).strip('"'))  # 3d is an array of three doubles each
    shape = np.concatenate([number_array(part, f"shape of {name}").reshape(-1) for part in parts])
    shape = np.append(shape, float(channels[0])) if channels else shape
    data = number_array(value.get("data"), f"data of {name}").reshape(-1)
    if (shape < 0).any() or data.size != shape.prod():
        raise ValueError(f"{name} is {'x'.join(f'{side:g}' for side in shape)}, and has {data.size} numbers")
    return data.reshape(shape.astype(int))


def _one_pose(array: np.ndarray, name: str) -> np.ndarray:
    """A vector (3,) or a rotation matrix (3, 3), out of a list of one pose too."""
    if array.size == 3:
        return array.reshape(3)
    if name == "rvec" and array.size == 9 and (array.shape[-1] == 9 or array.shape[-2:] == (3, 3)):
        return array.reshape(3, 3)
    if array.size > 3 and array.size % 3 == 0:
        raise ValueError(f"{name} holds {array.size // 3} poses; the one pose of the camera on the pitch is needed")
    raise ValueError(f"{name} has shape {array.shape}, not that of one pose")


def _refuse_repeated(names: list[str]) -> None:
    if (name := first_repeated(names)) is not None:
        raise ValueError(f"{name} is there twice")


def read_yaml(path: Path) -> Any:
    """YAML of OpenCV's FileStorage or of anyone, without running code: a matrix is a mapping of rows, cols and data.

    Raises:
        UserError: the file is missing or not YAML.
    """
    import yaml

    class Loader(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):  # a few lines of them can stand for gigabytes
                raise yaml.YAMLError("has an alias (*name)")
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            _refuse_repeated([key.value for key, _ in node.value if isinstance(key.value, str)])
            return super().construct_mapping(node, deep)

    for kind in ("matrix", "nd-matrix"):
        tag = f"tag:yaml.org,2002:opencv-{kind}"
        Loader.add_constructor(tag, lambda loader, node: loader.construct_mapping(node, True))
    text = _text(path)
    if text.startswith("%YAML"):  # OpenCV writes %YAML:1.0, which is no YAML
        text = text.partition("\n")[2]
    text = text.rstrip().removesuffix("---")  # with which rostopic ends each message
    try:
        return yaml.load(text, Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    except Exception:  # PyYAML's conversions raise any error on a text that is not of the type that its tag names
        raise UserError(f"{path}: not valid YAML: a value is not what its tag (!!int, !!bool, ...) says") from None


def read_xml(path: Path) -> dict[str, Any]:
    """XML of OpenCV's FileStorage; a matrix is a mapping of rows, cols and data.

    Raises:
        UserError: the file is missing or not such XML.
    """
    try:
        root = ElementTree.fromstring(_content(path))  # as bytes: the text may say which encoding it has
        if root.tag != "opencv_storage":
            raise UserError(f"{path}: is no XML of OpenCV: its root is {root.tag}, not opencv_storage")
        return _xml_mapping(root)
    except (ElementTree.ParseError, LookupError, ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise UserError(f"{path}: not valid XML: {reason}") from None


def _xml_mapping(element: ElementTree.Element) -> dict[str, Any]:
    _refuse_repeated([child.tag for child in element])
    return {child.tag: _xml_value(child) for child in element}


def _xml_value(element: ElementTree.Element) -> Any:
    if len(element) > 1 and all(child.tag == "_" for child in element):
        return [_xml_value(child) for child in element]
    if len(element):
        return _xml_mapping(element)
    words = (element.text or "").split()
    return words[0] if len(words) == 1 else words


def _content(path: Path) -> bytes:
    data = read_bytes(path)
    if len(data) > MAX_BYTES:
        raise UserError(f"{path}: has {len(data):,} bytes; a calibration has less than {MAX_BYTES:,}")
    return data


def _text(path: Path) -> str:
    try:
        return strip_byte_order_mark(_content(path)).decode()
    except UnicodeDecodeError:
        raise UserError(f"{path}: is not UTF-8 text") from None
