"""A camera with the development kit's spherical lens: pan and tilt angles as image coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mmsynloc.structures._projective import ProjectedPoints, is_singular, mask_out, sees_edge_on
from mmsynloc.structures.lens_camera import LensCamera

__all__ = ["SphericalCamera"]

MAX_ANGLE = 0.499 * math.pi
"""Of pan and tilt, where the development kit stops too."""


@dataclass(frozen=True, eq=False)
class SphericalCamera(LensCamera):
    """The lens ``Spherical`` of ``sskit``, in NumPy float64.

    A point (x, y) of the undistorted plane lies at pan ``arctan(x)`` and tilt ``arctan(y / sqrt(x^2 + 1))``, and these
    divided by the field of view are its normalised image coordinates (about the image's centre, in image widths).

    Args:
        matrix: (3, 4) pitch frame to camera; its overall sign is free.
        fov: horizontal field of view in radians, over the image's width.
        image_size: ``(width, height)`` in pixels.

    Raises:
        ValueError: an argument has the wrong shape, is not finite or out of range; the message names it.
    """

    matrix: Any
    fov: float
    image_size: tuple[int, int]

    def __post_init__(self) -> None:
        matrix = np.array(self.matrix, np.float64)
        if matrix.shape != (3, 4) or not np.isfinite(matrix).all():
            raise ValueError("camera_matrix is not a finite (3, 4) matrix")
        if is_singular(matrix) or sees_edge_on(matrix):
            raise ValueError("camera_matrix is singular: it has no centre, or sees the pitch edge-on")
        if not 0 < self.fov <= 2 * math.pi:
            raise ValueError(f"the field of view is not an angle in radians up to 2 pi: {self.fov}")
        object.__setattr__(self, "matrix", matrix * np.sign(np.linalg.det(matrix[:, :3])))

    @property
    def camera_matrix(self) -> np.ndarray:
        """(3, 4) pitch frame to camera, Z positive in front of it."""
        return self.matrix

    def resized(self, image_size: tuple[int, int]) -> SphericalCamera:
        """The same view at another resolution ``(width, height)`` of the same aspect ratio."""
        return replace(self, image_size=(int(image_size[0]), int(image_size[1])))

    @property
    def _centre(self) -> np.ndarray:
        return (np.array(self.image_size) - 1) / 2

    @property
    def _pixels_per_radian(self) -> float:
        return self.image_size[0] / self.fov

    def plane_to_pixel(self, points_plane: np.ndarray) -> ProjectedPoints:
        """Undistorted plane (N, 2) -> pixels (N, 2), valid inside the lens model's domain."""
        x, y = points_plane.T
        angles = np.stack([np.arctan(x), np.arctan(y / np.hypot(x, 1))], -1)
        return mask_out(angles * self._pixels_per_radian + self._centre, (np.abs(angles) < MAX_ANGLE).all(-1))

    def pixel_to_plane(self, points_px: np.ndarray) -> ProjectedPoints:
        """Pixels (N, 2) -> undistorted plane (N, 2), valid where a point of the domain has this pixel."""
        angles = (points_px - self._centre) / self._pixels_per_radian
        valid = (np.abs(angles) < MAX_ANGLE).all(-1)
        pan, tilt = np.where(valid[:, None], angles, 0.0).T
        return mask_out(np.stack([np.tan(pan), np.tan(tilt) / np.cos(pan)], -1), valid)

    def lens_jacobian(self, points_plane: np.ndarray) -> np.ndarray:
        """Derivative d(pixel) / d(undistorted plane), (N, 2, 2), at (N, 2)."""
        x, y = points_plane.T
        across, total = 1 + x * x, 1 + x * x + y * y
        rows = [[1 / across, np.zeros_like(x)], [-x * y / (np.sqrt(across) * total), np.sqrt(across) / total]]
        return np.moveaxis(np.array(rows), -1, 0) * self._pixels_per_radian
