"""A camera as OpenCV's calibration gives it: intrinsics, distortion coefficients and pose."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.polynomial import Polynomial

from mmsynloc.structures._projective import ProjectedPoints, homogeneous, mask_out
from mmsynloc.structures.lens_camera import LensCamera
from mmsynloc.utils.arrays import finite_array

__all__ = ["OpenCVCamera"]

COEFFICIENT_COUNTS = (0, 4, 5, 8, 12, 14)
FISHEYE_COUNTS = (0, 4)
ROTATION_TOLERANCE = 1e-4
"""Of the products of its rows: files often have four or five digits."""
INTRINSICS_TOLERANCE = 1e-6
"""Of what should be 0, in focal lengths: a matrix taken out of a projection has such rests."""

CRITERIA = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 50, 1e-12)
NEWTON_STEPS = 20
NEWTON_STOP_PX = 1e-9
RETURN_TOLERANCE_PX = 1e-6
"""How near to its pixel an undistorted point must project; what converges at all comes far nearer."""


@dataclass(frozen=True, eq=False)
class OpenCVCamera(LensCamera):
    """OpenCV's pinhole model, or its fisheye model, in NumPy float64.

    A point ``X`` of the pitch frame is at ``rotation @ X + translation_m`` in the camera's frame (x right, y down,
    z forward), and from there :func:`cv2.projectPoints`, or :func:`cv2.fisheye.projectPoints`, gives its pixel.
    Where the distortion folds back, so that a second point would have the same pixel, the model's domain ends: the
    camera sees the points up to the first radius at which the image radius no longer grows, and no others.

    Args:
        intrinsics: (3, 3) K in pixels, with any focal lengths and principal point, and without skew.
        rotation: (3, 3) or a Rodrigues vector (3,), world to camera.
        translation_m: (3,) in metres.
        image_size: ``(width, height)`` in pixels.
        distortion: 0, 4, 5, 8, 12 or 14 coefficients in OpenCV's order; 0 or 4 for a fisheye.
        fisheye: the coefficients are those of :mod:`cv2.fisheye`.

    Raises:
        ValueError: an argument has the wrong shape, is not finite, or is no camera's; the message names it.
    """

    intrinsics: Any
    rotation: Any
    translation_m: Any
    image_size: tuple[int, int]
    distortion: Any = field(default=())
    fisheye: bool = False

    def __post_init__(self) -> None:
        rotation = finite_array(self.rotation, "rotation")
        if rotation.size == 3:
            rotation = cv2.Rodrigues(rotation.reshape(3, 1))[0]
        translation = finite_array(self.translation_m, "translation_m").reshape(-1)
        if translation.size != 3:
            raise ValueError(f"translation_m has {translation.size} numbers, not 3")
        checked = {
            "intrinsics": _check_intrinsics(finite_array(self.intrinsics, "intrinsics")),
            "rotation": _check_rotation(rotation),
            "translation_m": translation,
            "distortion": _check_distortion(finite_array(self.distortion, "distortion").reshape(-1), self.fisheye),
            "image_size": _check_size(self.image_size),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def camera_matrix(self) -> np.ndarray:
        """(3, 4) pitch frame to camera, Z positive in front of it."""
        return np.column_stack([self.rotation, self.translation_m])

    def resized(self, image_size: tuple[int, int]) -> OpenCVCamera:
        """The same view at another resolution ``(width, height)``, exact at the pixel centres."""
        size = _check_size(image_size)
        scale_x, scale_y = size[0] / self.image_size[0], size[1] / self.image_size[1]
        scaling = np.array([[scale_x, 0, scale_x / 2 - 0.5], [0, scale_y, scale_y / 2 - 0.5], [0, 0, 1]])
        return replace(self, intrinsics=scaling @ self.intrinsics, image_size=size)

    def plane_to_pixel(self, points_plane: np.ndarray) -> ProjectedPoints:
        """Undistorted plane (N, 2) -> pixels (N, 2), valid inside the lens model's domain."""
        pixels, jacobian = self._project(points_plane)
        return mask_out(pixels, self._in_domain(points_plane, jacobian) & np.isfinite(pixels).all(1))

    def pixel_to_plane(self, points_px: np.ndarray) -> ProjectedPoints:
        """Pixels (N, 2) -> undistorted plane (N, 2), valid where a point of the domain has this pixel."""
        finite = np.isfinite(points_px).all(1)
        pixels = np.where(finite[:, None], points_px, 0.0)
        plane = self._refine(self._undistort(pixels), pixels)
        returned, in_domain = self.plane_to_pixel(plane)
        distance = np.linalg.norm(returned - pixels, axis=1)
        return mask_out(plane, finite & in_domain & (distance < RETURN_TOLERANCE_PX))

    def lens_jacobian(self, points_plane: np.ndarray) -> np.ndarray:
        """Derivative d(pixel) / d(undistorted plane), (N, 2, 2), at (N, 2)."""
        return self._project(points_plane)[1]

    def _project(self, points_plane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixels (N, 2) and their derivative (N, 2, 2): at depth 1 that by the translation along x and y."""
        if len(points_plane) == 0:
            return np.zeros((0, 2)), np.zeros((0, 2, 2))
        points, zero = homogeneous(points_plane)[:, None], np.zeros(3)
        if self.fisheye:
            pixels, jacobian = cv2.fisheye.projectPoints(points, zero, zero, self.intrinsics, self.distortion)
            columns = jacobian[:, 11:13]  # after f, c, k and the rotation
        else:
            pixels, jacobian = cv2.projectPoints(points, zero, zero, self.intrinsics, self.distortion)
            columns = jacobian[:, 3:5]  # after the rotation
        return pixels.reshape(-1, 2), columns.reshape(-1, 2, 2)

    def _undistort(self, points_px: np.ndarray) -> np.ndarray:
        if len(points_px) == 0:
            return points_px
        undistort = cv2.fisheye.undistortPoints if self.fisheye else cv2.undistortPoints
        plane = undistort(points_px[:, None], self.intrinsics, self.distortion, criteria=CRITERIA)
        return plane.reshape(-1, 2)

    def _refine(self, points_plane: np.ndarray, points_px: np.ndarray) -> np.ndarray:
        """Newton's steps for what OpenCV's iteration has not brought to its pixel; strong distortion needs them."""
        plane = points_plane.copy()
        for _ in range(NEWTON_STEPS):
            pixels, jacobian = self._project(plane)
            error = pixels - points_px
            rows = (np.hypot(*error.T) > NEWTON_STOP_PX) & (_determinant(jacobian) > 0)
            if not rows.any():
                break
            with np.errstate(all="ignore"):  # at 90 degrees to a fisheye's axis the plane has no point
                plane[rows] -= _solve(jacobian[rows], error[rows])
        return plane

    def _in_domain(self, points_plane: np.ndarray, jacobian: np.ndarray) -> np.ndarray:
        """Mask (N,): before the radius at which the lens folds back, and not mirrored by other terms."""
        return (np.hypot(*points_plane.T) < self._max_radius) & (_determinant(jacobian) > 0)

    @cached_property
    def _max_radius(self) -> float:
        """Radius on the undistorted plane at which the radial distortion first stops growing."""
        return _fisheye_limit(self.distortion) if self.fisheye else _radial_limit(self.distortion)


def _first_positive_root(*polynomials: Polynomial) -> float:
    """The smallest positive real root of any of the polynomials; infinity where there is none."""
    roots = np.concatenate([polynomial.trim().roots() for polynomial in polynomials])
    real = roots.real[(np.abs(roots.imag) < 1e-9 * np.maximum(1, np.abs(roots))) & (roots.real > 0)]
    return float(real.min(initial=math.inf))


def _radial_limit(distortion: np.ndarray) -> float:
    """Where ``r (1 + k1 r^2 + k2 r^4 + k3 r^6) / (1 + k4 r^2 + k5 r^4 + k6 r^6)`` stops growing, or has a pole."""
    k1, k2, _, _, k3, k4, k5, k6 = np.concatenate([distortion, np.zeros(8)])[:8]
    above, below, squared = Polynomial([1, k1, k2, k3]), Polynomial([1, k4, k5, k6]), Polynomial([0, 1])
    slope = (above + 2 * squared * above.deriv()) * below - 2 * squared * above * below.deriv()
    return math.sqrt(_first_positive_root(slope, below))


def _fisheye_limit(distortion: np.ndarray) -> float:
    """Where ``theta (1 + k1 theta^2 + ... + k4 theta^8)`` stops growing, as the tangent of theta."""
    slope = Polynomial(np.array([1, *distortion]) * [1, 3, 5, 7, 9])
    theta = math.sqrt(_first_positive_root(slope))
    return math.tan(theta) if theta < math.pi / 2 else math.inf


def _solve(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """The solution (N, 2) of (N, 2, 2) and (N, 2), not finite for a matrix that is as good as singular."""
    x = matrix[:, 1, 1] * vector[:, 0] - matrix[:, 0, 1] * vector[:, 1]
    y = matrix[:, 0, 0] * vector[:, 1] - matrix[:, 1, 0] * vector[:, 0]
    return np.column_stack([x, y]) / _determinant(matrix)[:, None]


def _determinant(matrix: np.ndarray) -> np.ndarray:
    """Of (N, 2, 2); NaN without a warning where an entry is."""
    return matrix[:, 0, 0] * matrix[:, 1, 1] - matrix[:, 0, 1] * matrix[:, 1, 0]


def _check_intrinsics(matrix: np.ndarray) -> np.ndarray:
    if matrix.shape != (3, 3):
        raise ValueError(f"intrinsics has shape {matrix.shape}, not (3, 3)")
    if matrix[2, 2] > 0:  # a camera's matrix holds up to a factor
        matrix = matrix / matrix[2, 2]
    zeros = np.array([[False, True, False], [True, False, False], [True, True, False]])
    matrix = np.where(zeros & (np.abs(matrix) <= INTRINSICS_TOLERANCE * np.abs(matrix[0, 0])), 0.0, matrix)
    if matrix[2].tolist() != [0, 0, 1] or matrix[1, 0] != 0:
        raise ValueError("intrinsics is not of the form [[fx, 0, cx], [0, fy, cy], [0, 0, 1]]")
    if matrix[0, 1] != 0:
        raise ValueError(f"intrinsics has a skew of {matrix[0, 1]:g}; OpenCV's model has none")
    if matrix[0, 0] <= 0 or matrix[1, 1] <= 0:
        raise ValueError("intrinsics has a focal length that is not positive")
    return matrix


def _check_rotation(rotation: np.ndarray) -> np.ndarray:
    if rotation.shape != (3, 3):
        raise ValueError(f"rotation has shape {rotation.shape}, not (3, 3), (3,) or (3, 1)")
    if np.abs(rotation @ rotation.T - np.eye(3)).max() > ROTATION_TOLERANCE or np.linalg.det(rotation) < 0:
        raise ValueError("rotation is not a rotation: its rows are not orthonormal, or it mirrors")
    return rotation


def _check_distortion(coefficients: np.ndarray, fisheye: bool) -> np.ndarray:
    counts = FISHEYE_COUNTS if fisheye else COEFFICIENT_COUNTS
    if coefficients.size not in counts:
        named = "a fisheye has" if fisheye else "the model has"
        raise ValueError(f"distortion has {coefficients.size} coefficients; {named} {', '.join(map(str, counts))}")
    return coefficients if coefficients.size else np.zeros(4)


def _check_size(image_size: Any) -> tuple[int, int]:
    size = finite_array(image_size, "image_size")
    if size.shape != (2,) or (size != np.rint(size)).any() or (size <= 0).any():
        raise ValueError(f"image_size is not a positive width and height: {image_size}")
    return int(size[0]), int(size[1])
