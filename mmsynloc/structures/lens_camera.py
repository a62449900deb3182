"""A camera whose lens maps the undistorted plane to pixels: everything but the lens, in NumPy float64."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from mmsynloc.structures._projective import (
    ProjectedPoints,
    homogeneous,
    mask_out,
    multiply,
    perspective_jacobian,
)

__all__ = ["LensCamera"]


class LensCamera(ABC):
    """Base of the cameras that are not SynLoc's own; implements :class:`~mmsynloc.structures.GroundCamera`.

    A point in front of the camera lies at ``(X, Y) / Z`` on the undistorted plane, where ``(X, Y, Z)`` is
    ``camera_matrix`` times its homogeneous pitch position; a subclass gives that matrix and the lens.
    """

    image_size: tuple[int, int]

    @property
    @abstractmethod
    def camera_matrix(self) -> np.ndarray:
        """(3, 4) pitch frame to camera, Z positive in front of it."""

    @abstractmethod
    def plane_to_pixel(self, points_plane: np.ndarray) -> ProjectedPoints:
        """Undistorted plane (N, 2) -> pixels (N, 2), valid inside the lens model's domain."""

    @abstractmethod
    def pixel_to_plane(self, points_px: np.ndarray) -> ProjectedPoints:
        """Pixels (N, 2) -> undistorted plane (N, 2), valid where a point of the domain has this pixel."""

    @abstractmethod
    def lens_jacobian(self, points_plane: np.ndarray) -> np.ndarray:
        """Derivative d(pixel) / d(undistorted plane), (N, 2, 2), at (N, 2)."""

    @property
    def position_m(self) -> np.ndarray:
        """Camera centre (3,) in the pitch frame, in metres."""
        return -np.linalg.solve(self.camera_matrix[:, :3], self.camera_matrix[:, 3])

    @property
    def _ground_matrix(self) -> np.ndarray:
        return self.camera_matrix[:, [0, 1, 3]]

    def pitch_to_pixel(self, points_pitch_m: Any) -> ProjectedPoints:
        """Pitch (..., N, 3), or (..., N, 2) on the ground, -> pixels (..., N, 2), in the frame or outside."""
        flat, shape = _flatten(points_pitch_m)
        matrix = self._ground_matrix if flat.shape[1] == 2 else self.camera_matrix
        plane, in_front = _divide(multiply(matrix, homogeneous(flat)))
        points, in_domain = self.plane_to_pixel(plane)
        return _unflatten(mask_out(points, in_front & in_domain), shape)

    def pixel_to_pitch(self, points_px: Any) -> ProjectedPoints:
        """Pixels (..., N, 2) -> where their rays meet the ground, (..., N, 2) in metres."""
        flat, shape = _flatten(points_px)
        plane, in_domain = self.pixel_to_plane(flat)
        ground, below = _divide(multiply(np.linalg.inv(self._ground_matrix), homogeneous(plane)))
        return _unflatten(mask_out(ground, below & in_domain), shape)

    def pixel_to_ray(self, points_px: Any) -> ProjectedPoints:
        """Unit vectors (..., N, 3) in the pitch frame from the camera's centre through pixels (..., N, 2)."""
        flat, shape = _flatten(points_px)
        plane, valid = self.pixel_to_plane(flat)
        rays = multiply(np.linalg.inv(self.camera_matrix[:, :3]), homogeneous(plane))
        rays = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
        return ProjectedPoints(rays.reshape(*shape[:-1], 3), valid.reshape(shape[:-1]))

    def below_horizon(self, points_px: Any) -> np.ndarray:
        """Mask (..., N) of the pixels (..., N, 2) whose rays meet the ground in front of the camera."""
        return self.pixel_to_pitch(points_px).valid

    def pixel_to_metre(self, points_px: Any) -> np.ndarray:
        """Derivative d(pitch in m) / d(pixel), (..., N, 2, 2), at pixels (..., N, 2); NaN above the horizon."""
        flat, shape = _flatten(points_px)
        plane, valid = self.pixel_to_plane(flat)
        inverse = np.linalg.inv(self._ground_matrix)
        ground = multiply(inverse, homogeneous(plane))
        valid = valid & (ground[:, 2] > 0)
        jacobian = np.full((len(flat), 2, 2), np.nan)
        lens = np.linalg.inv(self.lens_jacobian(plane[valid]))
        jacobian[valid] = perspective_jacobian(inverse, ground[valid])[..., :2] @ lens
        return jacobian.reshape(*shape, 2)

    def metre_to_pixel(self, points_pitch_m: Any) -> np.ndarray:
        """Derivative d(pixel) / d(pitch in m), (..., N, 2, 2), at ground points (..., N, 2); NaN behind the camera."""
        flat, shape = _flatten(np.asarray(points_pitch_m, np.float64)[..., :2])
        projected = multiply(self._ground_matrix, homogeneous(flat))
        plane, in_front = _divide(projected)
        valid = in_front & self.plane_to_pixel(plane).valid
        jacobian = np.full((len(flat), 2, 2), np.nan)
        perspective = perspective_jacobian(self._ground_matrix, projected[valid])[..., :2]
        jacobian[valid] = self.lens_jacobian(plane[valid]) @ perspective
        return jacobian.reshape(*shape, 2)


def _flatten(points: Any) -> tuple[np.ndarray, tuple[int, ...]]:
    """Points (..., N, J) as (M, J), and the shape (..., N, 2) of results."""
    array = np.asarray(points, np.float64)
    return array.reshape(-1, array.shape[-1]), (*array.shape[:-1], 2)


def _unflatten(projected: ProjectedPoints, shape: tuple[int, ...]) -> ProjectedPoints:
    return ProjectedPoints(projected.points.reshape(shape), projected.valid.reshape(shape[:-1]))


def _divide(projected: np.ndarray) -> ProjectedPoints:
    """Homogeneous (N, 3) -> (N, 2), valid where the last coordinate is positive."""
    valid = projected[:, 2] > 0  # false for NaN
    return mask_out(projected[:, :2] / np.where(valid, projected[:, 2], 1.0)[:, None], valid)
