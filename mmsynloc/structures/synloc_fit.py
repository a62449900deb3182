"""Conversion of any camera to the SynLoc model, which the data set's files and the networks' ground NMS need."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares

from mmsynloc.structures._projective import homogeneous
from mmsynloc.structures.camera import Camera
from mmsynloc.structures.ground_camera import GroundCamera
from mmsynloc.structures.lens_camera import LensCamera

__all__ = ["Residual", "to_synloc"]

DEGREE = 8
GRID = (48, 32)
BORDER = 0.05
"""Of the image's width: points so far outside the frame are fitted too, since keypoints are not clipped to it."""
MAX_ANGLE = 1.5
SKY_WEIGHT = 0.1
CONTINUATION_WEIGHTS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
LEAST_SLOPE = 0.1
MOST_LOST = 0.01
"""Of the pixels on the ground."""
MAX_DISTANCE_M = 500.0
"""Of the ground that residuals are measured on: beyond, a hundredth of a pixel may cross the horizon."""


class Residual(NamedTuple):
    """Distances in pixels over a grid of the image's pixels below the horizon, from pixel to pitch and back.

    Attributes:
        max_px: the largest; infinite where a pixel has no counterpart at all.
        mean_px: the mean of the others.
    """

    max_px: float
    mean_px: float


class _Samples(NamedTuple):
    """Points of the undistorted plane (N, 2), their normalised image coordinates (N, 2), and weights (N,)."""

    plane: np.ndarray
    normalised: np.ndarray
    weight: np.ndarray


def to_synloc(camera: GroundCamera) -> tuple[Camera, Residual]:
    """The SynLoc camera that is nearest to a camera, in the image.

    The SynLoc lens is radial about the image's centre, with one focal length: ``camera_matrix`` is the camera's own
    times a homography of the undistorted plane, which takes up an off-centre principal point, unequal focal lengths
    and, in part, tangential distortion. The camera's position does not change. Homography and ``dist_poly`` (9) are
    fitted together by least squares of pixel distances, ``undist_poly`` (9) then to the inverse of ``dist_poly``.

    Args:
        camera: of any kind of this package; one that is a SynLoc camera already is returned as it is.

    Returns:
        The SynLoc camera, of the same image size, and what the conversion costs in pixels.

    Raises:
        ValueError: hardly a pixel of the camera lies below the horizon, or more than a hundredth of those have no
            counterpart in the SynLoc model.
        TypeError: the camera is of another kind.
    """
    if isinstance(camera, Camera):
        return camera, Residual(0.0, 0.0)
    if not isinstance(camera, LensCamera):
        raise TypeError(f"{type(camera).__name__} is no camera whose lens is known")
    samples = _sample(camera)
    start = _start(camera)
    fit = least_squares(lambda values: _fit_radius(_homography(values), samples)[1], start, x_scale="jac", xtol=1e-12)
    homography = _homography(fit.x)
    dist_poly = _continue(homography, samples)
    undist_poly = _invert(dist_poly, _directions(homography, samples.plane)[1].max())
    synloc = Camera(homography @ camera.camera_matrix, dist_poly, undist_poly, camera.image_size)
    return synloc, _residual(camera, synloc)


def _grid(camera: LensCamera, border: float) -> np.ndarray:
    width, height = camera.image_size
    u, v = (np.linspace(-border * width, size - 1 + border * width, n) for size, n in zip((width, height), GRID))
    return np.stack(np.meshgrid(u, v), -1).reshape(-1, 2)


def _sample(camera: LensCamera) -> _Samples:
    pixels = _grid(camera, BORDER)
    plane, valid = camera.pixel_to_plane(pixels)
    below = camera.below_horizon(pixels)
    if below.sum() < 50:
        raise ValueError("the camera does not look at the ground: hardly a pixel lies below its horizon")
    width, height = camera.image_size
    normalised = (pixels - [(width - 1) / 2, (height - 1) / 2]) / width
    weight = np.where(below, 1.0, SKY_WEIGHT)
    return _Samples(plane[valid], normalised[valid], weight[valid])


def _start(camera: LensCamera) -> np.ndarray:
    """Parameters of a homography that moves the image's centre to the axis and makes its scale the same in x and y."""
    width, height = camera.image_size
    centre, valid = camera.pixel_to_plane(np.array([[(width - 1) / 2, (height - 1) / 2]]))
    centre = np.where(valid[:, None], centre, 0.0)
    jacobian = camera.lens_jacobian(centre)[0]
    aspect = jacobian[1, 1] / jacobian[0, 0]
    x, y = centre[0]
    return np.array([0.0, -x, 0.0, aspect, -aspect * y, 0.0, 0.0])


def _homography(values: np.ndarray) -> np.ndarray:
    """(3, 3) of seven parameters; its scale is fixed, for a polynomial of the angle takes up a change of scale."""
    return np.array([1.0, *values, 1.0]).reshape(3, 3)


def _directions(homography: np.ndarray, plane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors (N, 2) of the mapped points and their angles (N,) to the axis."""
    mapped = homogeneous(plane) @ homography.T
    length = np.hypot(mapped[:, 0], mapped[:, 1])
    return mapped[:, :2] / np.maximum(length, 1e-12)[:, None], np.arctan2(length, mapped[:, 2])


def _fit_radius(homography: np.ndarray, samples: _Samples) -> tuple[np.ndarray, np.ndarray]:
    """The best ``dist_poly`` (9,) for a homography, and the weighted residuals in image widths."""
    design, target = _equations(homography, samples)
    coefficients = _solve(design, target)
    return np.append(coefficients, 0.0), design @ coefficients - target


def _equations(homography: np.ndarray, samples: _Samples) -> tuple[np.ndarray, np.ndarray]:
    unit, angle = _directions(homography, samples.plane)
    weight = samples.weight[:, None]
    design = (_powers(angle)[:, None, :] * (unit * weight)[:, :, None]).reshape(-1, DEGREE)
    return design, (samples.normalised * weight).reshape(-1)


def _continue(homography: np.ndarray, samples: _Samples) -> np.ndarray:
    """``dist_poly`` (9,) that projects nothing from outside the fitted angles into the frame.

    Beyond the fitted angles the radius is drawn towards a straight line, with the least weight that suffices.
    """
    design, target = _equations(homography, samples)
    last = _directions(homography, samples.plane)[1].max()
    coefficients = _solve(design, target)
    poly = np.append(coefficients, 0.0)
    beyond = np.linspace(last, max(last, MAX_ANGLE), 50)[1:]
    edge = np.polyval(poly, last)
    slope = max(np.polyval(np.polyder(poly), last), LEAST_SLOPE * edge / last)
    line = edge + slope * (beyond - last)
    for weight in CONTINUATION_WEIGHTS:
        if (np.polyval(poly, beyond) > edge).all():
            break
        rows, values = weight * _powers(beyond), weight * line
        poly = np.append(_solve(np.concatenate([design, rows]), np.concatenate([target, values])), 0.0)
    return poly


def _powers(x: np.ndarray) -> np.ndarray:
    """Powers (N, 8) from the highest to the first: without a constant the axis maps to itself."""
    return x[:, None] ** np.arange(DEGREE, 0, -1)


def _solve(design: np.ndarray, target: np.ndarray) -> np.ndarray:
    scale = np.abs(design).max(0)
    return np.linalg.lstsq(design / scale, target, rcond=None)[0] / scale


def _invert(dist_poly: np.ndarray, max_angle: float) -> np.ndarray:
    """``undist_poly`` (9,): the angle by the radius, up to ``max_angle``."""
    angle = max_angle * (1 - np.cos(np.linspace(0, math.pi, 400))) / 2
    radius = np.polyval(dist_poly, angle)
    slope = np.polyval(np.polyder(dist_poly), angle)  # makes an error of the angle one of the radius
    return np.append(_solve(slope[:, None] * _powers(radius), slope * angle), 0.0)


def _residual(camera: LensCamera, synloc: Camera) -> Residual:
    pixels = _grid(camera, 0.0)
    distance = np.linalg.norm(camera.pixel_to_pitch(pixels).points - camera.position_m[:2], axis=1)
    pixels = pixels[distance < MAX_DISTANCE_M]  # false over the horizon
    there = synloc.pitch_to_pixel(camera.pixel_to_pitch(pixels).points).points
    back = camera.pitch_to_pixel(synloc.pixel_to_pitch(pixels).points).points
    distances = np.linalg.norm(np.stack([there, back]) - pixels, axis=-1)
    known = np.isfinite(distances)
    lost = 1 - known.mean() if known.size else 1.0
    if lost > MOST_LOST:
        raise ValueError(f"the SynLoc model cannot express its lens: {lost:.0%} of the pixels on the ground are lost")
    return Residual(float(distances.max() if known.all() else np.inf), float(distances[known].mean()))
