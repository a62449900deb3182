"""Projective geometry that all cameras share, for NumPy arrays and torch tensors alike."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from mmsynloc.structures._radial import array_namespace

__all__ = [
    "ProjectedPoints",
    "homogeneous",
    "is_singular",
    "mask_out",
    "multiply",
    "perspective_jacobian",
    "scale_points_px",
    "sees_edge_on",
]


class ProjectedPoints(NamedTuple):
    """Points (..., N, 2), or rays (..., N, 3), and the mask (..., N) of those that exist; the others are NaN."""

    points: Any
    valid: Any


def scale_points_px(points_px: Any, scale: Any) -> Any:
    """Move pixel coordinates to a resized image, exactly at the pixel centres: ``(x + 0.5) * s - 0.5``.

    Args:
        points_px: (..., 2) pixel coordinates.
        scale: new size over old size, a number or (2,) for x and y.
    """
    return (points_px + 0.5) * scale - 0.5


def mask_out(points: Any, valid: Any) -> ProjectedPoints:
    """Points (..., N, J) with NaN where ``valid`` (..., N) is false."""
    xp = array_namespace(points)
    return ProjectedPoints(xp.where(valid[..., None], points, xp.full_like(points, float("nan"))), valid)


def homogeneous(points: Any) -> Any:
    """Points (..., N, J) -> (..., N, J + 1) with a last coordinate of 1."""
    xp = array_namespace(points)
    return xp.concatenate([points, xp.ones_like(points[..., :1])], -1)


def multiply(matrix: Any, points: Any) -> Any:
    """``matrix`` (..., i, j) times each of ``points`` (..., N, j)."""
    return points @ matrix.swapaxes(-1, -2)


def perspective_jacobian(matrix: Any, projected: Any) -> Any:
    """Derivative (..., N, 2, J) of ``(m0/m2, m1/m2)`` by the first J inputs, at ``projected`` (..., N, 3)."""
    depth = projected[..., 2][..., None, None]
    ratio = (projected[..., :2] / projected[..., 2:])[..., None]
    return (matrix[..., None, :2, :] - ratio * matrix[..., None, 2:, :]) / depth


def is_singular(matrices: np.ndarray) -> np.ndarray:
    """Mask (...) of the camera matrices (..., 3, 4) whose left 3x3 part has no inverse: the camera has no centre."""
    return _has_no_inverse(matrices[..., :3])


def sees_edge_on(matrices: np.ndarray) -> np.ndarray:
    """Mask (...) of the camera matrices (..., 3, 4) whose map of the ground has no inverse: it lies in that plane."""
    return _has_no_inverse(matrices[..., [0, 1, 3]])


def _has_no_inverse(left: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):  # of entries near the largest float, which count as singular
        size = np.linalg.norm(left, axis=-1).prod(-1)  # the largest determinant of rows of these lengths
        return ~(np.abs(np.linalg.det(left)) > 1e-12 * size)
