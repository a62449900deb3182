"""Which of OpenCV's two lens models a calibration means, by the names that tools give them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from mmsynloc.files.numbers import plain_name

__all__ = ["is_fisheye"]

FLAG_KEYS = ("fisheye", "fisheye_model", "is_fisheye", "use_fisheye", "useFisheye")
LENS_KEYS = ("distortion_model", "distortion_type")
MODEL_KEYS = (*LENS_KEYS, "lens_model", "camera_model", "camera_type", "model")
"""What is under the others may be the maker's name of the camera."""

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", "", "none"}

FISHEYE_MODELS = {
    "fisheye",
    "opencvfisheye",
    "cv2fisheye",
    "radialfisheye",
    "simpleradialfisheye",
    "equidistant",
    "equidistantfisheye",
    "fisheyeequidistant",
    "equi",
    "pinholeequi",
    "kannalabrandt",
    "kannalabrandt4",
    "kannalabrandt8",
    "kb",
    "kb4",
    "kb8",
}
"""In letters and digits alone: of OpenCV, COLMAP, ROS, Kalibr, Basalt and ORB-SLAM3."""

DISTORTION_MODELS = {
    "plumbbob",
    "radtan",
    "radtan4",
    "radtan5",
    "radtan8",
    "pinholeradtan",
    "radialtangential",
    "rational",
    "rationalpolynomial",
    "brown",
    "brownconrady",
    "simpleradial",
    "radial",
    "fullopencv",
    "thinprism",
    "opencv5",
    "opencv8",
    "opencv12",
    "brown5",
}
"""The polynomial distortion of the pinhole model, which a fisheye has not."""

PINHOLE_MODELS = {"pinhole", "opencv", "opencvpinhole", "simplepinhole", "perspective", "standard"}
"""Kalibr, for one, calls the projection of a lens pinhole whose distortion it calls equidistant."""

NO_MODELS = {"", "none", "null", "undistorted"}

OTHER_MODELS = {
    "fov",
    "division",
    "omni",
    "omnidirectional",
    "omniradtan",
    "mei",
    "unified",
    "ucm",
    "eucm",
    "ds",
    "doublesphere",
    "scaramuzza",
    "spherical",
    "equirectangular",
    "thinprismfisheye",
    "radtanthinprismfisheye",
    "splined",
}
"""Those that OpenCV's two cannot stand for."""


def is_fisheye(content: Mapping[str, Any]) -> bool:
    """Whether a calibration is of :mod:`cv2.fisheye`, by its flag and the lens models that it names.

    Raises:
        ValueError: it names a model that OpenCV has not, or two that contradict each other.
    """
    flags = {key: _flag(content[key], key) for key in FLAG_KEYS if key in content}
    models = {key: _model(content[key], key) for key in MODEL_KEYS if key in content}
    given = {**flags, **{key: model for key, model in models.items() if model is not None}}
    if len(set(given.values())) > 1:
        shown = " and ".join(f"{key} {_text(content[key])}" for key in given)
        raise ValueError(f"{shown} contradict each other: is the lens a fisheye or not?")
    return any(given.values())


def _flag(value: Any, key: str) -> bool:
    text = _text(value).lower()
    number = re.sub(r"\.0*$", "", text)  # 1.0, as some writers store every value
    if text not in YES | NO and number not in ("0", "1"):
        raise ValueError(f"{key} is {text[:60]}, neither true nor false")
    return text in YES or number == "1"


def _model(value: Any, key: str) -> bool | None:
    """Whether the model named is the fisheye's; None where the name fits both."""
    name = plain_name(_text(value)).removeprefix("lensmodel")
    if name in FISHEYE_MODELS:
        return True
    if name in DISTORTION_MODELS:
        return False
    if name in PINHOLE_MODELS | NO_MODELS or (key not in LENS_KEYS and name not in OTHER_MODELS):
        return None
    raise ValueError(
        f"{key} is {_text(value)[:60]}, which is no lens model of OpenCV's that is known here: "
        "neither fisheye (equidistant, Kannala-Brandt) nor pinhole (plumb_bob, radtan, rational_polynomial)"
    )


def _text(value: Any) -> str:
    """A single value, perhaps in a list or an array, as text; XML gives the words of a text."""
    if isinstance(value, Mapping):
        return f"an object of {', '.join(map(str, value))}"
    if value is None:
        return ""
    words = np.ravel(np.array(value, dtype=object)).tolist()
    return " ".join(word.decode(errors="replace") if isinstance(word, bytes) else str(word) for word in words)
