"""Cameras of the SynLoc development kit (``sskit``): its polynomials, its lens.json, and its spherical lens."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.files.camera_source import CameraSource, ImageSize
from mmsynloc.files.numbers import number_array, read_npy, single_number, stored_size
from mmsynloc.structures import Camera

__all__ = ["LENS_KEYS", "devkit_source", "synloc_source"]

LENS_KEYS = {"dist_poly", "sensor_width", "pixel_width"}
POLY_DEGREE = 8
LEAST_ANGLE = 0.01
"""In radians, from the axis to the widest ray: half a degree is beyond any lens."""


def synloc_source(content: Mapping[str, Any]) -> CameraSource:
    """A camera with ``camera_matrix`` (3, 4), and ``dist_poly, undist_poly`` or ``spherical_fov`` in radians.

    ``width`` and ``height`` are those of the image where they are missing.
    """

    def camera(image_size: ImageSize | None) -> Any:
        width, height = stored_size(content, image_size)
        if "spherical_fov" not in content:
            return Camera.from_image_info({**content, "width": width, "height": height})
        return _spherical(content.get("camera_matrix"), content["spherical_fov"], (width, height))

    return camera


def _spherical(matrix: Any, fov: Any, image_size: ImageSize) -> Any:
    from mmsynloc.structures import SphericalCamera

    return SphericalCamera(number_array(matrix, "camera_matrix"), single_number(fov, "spherical_fov"), image_size)


def devkit_source(lens: Mapping[str, Any], matrix_file: Path) -> CameraSource:
    """The camera of a scene's folder, as ``sskit.load_camera`` reads it; the size is that of the image.

    Args:
        lens: content of lens.json: ``dist_poly`` (lowest power first) gives the angle to the axis, in negative degrees,
            by the distance to it on the sensor; ``sensor_width`` and ``pixel_width`` give the sensor's size.
        matrix_file: camera_matrix.npy, (3, 4) or (4, 4).
    """
    matrix = read_npy(matrix_file)
    if matrix.ndim != 2 or matrix.shape[0] not in (3, 4) or matrix.shape[1] != 4:
        raise ValueError(f"{matrix_file.name} has shape {matrix.shape}, not (3, 4) or (4, 4)")
    dist_poly, undist_poly = _fit_polynomials(lens)
    content = {"camera_matrix": matrix[:3], "dist_poly": dist_poly, "undist_poly": undist_poly}
    sizes = {name: lens[name] for name in ("width", "height") if name in lens}
    return synloc_source({**content, **sizes})


def _fit_polynomials(lens: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """``dist_poly`` and ``undist_poly`` (9,), by the same least squares as the development kit's."""
    ascending = number_array(lens["dist_poly"], "dist_poly").reshape(-1)
    if ascending.size < 2:
        raise ValueError(f"dist_poly has {ascending.size} numbers; a lens has two or more")
    scale = single_number(lens["sensor_width"], "sensor_width") * single_number(lens["pixel_width"], "pixel_width")
    radius = np.linspace(0, 1.5, 200)  # in image widths
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite counts as no angle
        angle = -np.polyval(ascending[::-1], radius * scale) * math.pi / 180
    used = (angle >= 0) & (angle < 1.5)
    # Of angles that are all the same, least squares has no solution, and LAPACK writes its own lines on the terminal.
    if used.sum() < 2 * POLY_DEGREE or np.ptp(angle[used]) < LEAST_ANGLE:
        raise ValueError("dist_poly gives hardly an angle between 0 and 86 degrees: it is not that of a lens")
    return np.polyfit(angle[used], radius[used], POLY_DEGREE), np.polyfit(radius[used], angle[used], POLY_DEGREE)
