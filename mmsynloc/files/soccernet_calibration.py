"""Cameras of SoccerNet's calibration task, as TVCalib and the game-state baselines write them too."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from mmsynloc.files.camera_source import CameraSource, ImageSize
from mmsynloc.files.numbers import has_size, number_array, stored_size
from mmsynloc.structures.soccernet_frame import PITCH_FROM_SOCCERNET

__all__ = ["soccernet_source"]

SIZES = {
    "pan_degrees": (1,),
    "tilt_degrees": (1,),
    "roll_degrees": (1,),
    "position_meters": (3,),
    "x_focal_length": (1,),
    "y_focal_length": (1,),
    "principal_point": (2,),
    "radial_distortion": (6, 0),
    "tangential_distortion": (2, 0),
    "thin_prism_distortion": (4, 0),
}
"""How many numbers each field has; 0: it may be missing."""

DEFAULT_SIZE = (1920, 1080)
USUAL_SIZES = ((640, 360), (960, 540), (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160))
CENTRE_TOLERANCE_PX = 2.0
"""From twice the principal point to the size: some count pixels from 0, others from their edge."""


def soccernet_source(content: Mapping[str, Any]) -> CameraSource:
    """A camera of the sn-calibration JSON.

    Source of the definitions: ``src/camera.py`` of SoccerNet/sn-calibration. Its pitch frame has x along, y across and
    z down. Its pixel coordinates start at the corner of the first pixel, as its scaling by a plain factor and its
    principal point at half the size show, so half a pixel is taken off. Its images have no size of their own: it is
    twice the principal point as in the source, where that is 16:9, or else 1920x1080.
    """
    fields = {name: _field(content, name, sizes) for name, sizes in SIZES.items()}
    pan, tilt, roll = (math.radians(fields[f"{name}_degrees"][0]) for name in ("pan", "tilt", "roll"))
    rotation = _rotation(pan, tilt, roll) @ PITCH_FROM_SOCCERNET
    position = PITCH_FROM_SOCCERNET @ fields["position_meters"]
    (fx,), (fy,), (cx, cy) = (fields[name] for name in ("x_focal_length", "y_focal_length", "principal_point"))

    def camera(image_size: ImageSize | None) -> Any:
        from mmsynloc.structures import OpenCVCamera

        intrinsics = [[fx, 0, cx - 0.5], [0, fy, cy - 0.5], [0, 0, 1]]
        return OpenCVCamera(intrinsics, rotation, -rotation @ position, _size(content, cx, cy), _distortion(fields))

    return camera


def _field(content: Mapping[str, Any], name: str, sizes: tuple[int, ...]) -> np.ndarray:
    value = content.get(name)
    if value is None and 0 in sizes:
        value = []
    array = number_array(value, name).reshape(-1)
    if array.size not in sizes:
        raise ValueError(f"{name} has {array.size} numbers, not {sizes[0]}")
    return np.concatenate([array, np.zeros(sizes[0] - array.size)])


def _rotation(pan: float, tilt: float, roll: float) -> np.ndarray:
    """World to camera (3, 3), in SoccerNet's frame: the transpose of ``R_z(pan) R_x(tilt) R_z(roll)``."""

    def about_z(angle: float) -> np.ndarray:
        c, s = math.cos(angle), math.sin(angle)
        return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])

    c, s = math.cos(tilt), math.sin(tilt)
    about_x = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    return (about_z(pan) @ about_x @ about_z(roll)).T


def _distortion(fields: Mapping[str, np.ndarray]) -> np.ndarray:
    """OpenCV's 12 coefficients: k1, k2, p1, p2, k3, k4, k5, k6, s1, s2, s3, s4."""
    radial = fields["radial_distortion"]
    return np.concatenate([radial[:2], fields["tangential_distortion"], radial[2:], fields["thin_prism_distortion"]])


def _size(content: Mapping[str, Any], cx: float, cy: float) -> ImageSize:
    if has_size(content):
        return stored_size(content, None)
    # Only of usual sizes: where the principal point was estimated, twice of it is no size.
    near = (size for size in USUAL_SIZES if max(abs(2 * cx - size[0]), abs(2 * cy - size[1])) <= CENTRE_TOLERANCE_PX)
    return next(near, DEFAULT_SIZE)
