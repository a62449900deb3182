"""Radial lens model of the SynLoc cameras, for NumPy arrays and torch tensors alike.

Source: the Spiideo development kit ``sskit`` (``distort`` and ``undistort``). A point of the undistorted plane
at radius ``r`` lies at radius ``polyval(dist_poly, arctan(r))`` in the normalised image; the way back is
``r = tan(polyval(undist_poly, r_img))``. Coefficients run from the highest power to the constant.
"""

from __future__ import annotations

import math
import sys
from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["array_namespace", "distort", "distort_jacobian", "undistort", "undistort_jacobian"]


def array_namespace(array: Any) -> ModuleType:
    """``torch`` for a tensor, ``numpy`` for everything else."""
    torch = sys.modules.get("torch")  # where nothing has imported it, nothing is a tensor
    return torch if torch is not None and isinstance(array, torch.Tensor) else np


def polyval(poly: Any, x: Any) -> Any:
    """Horner's scheme; ``poly`` (..., P) has the batch dimensions of ``x`` (..., N)."""
    value = poly[..., :1] + 0 * x
    for i in range(1, poly.shape[-1]):
        value = value * x + poly[..., i : i + 1]
    return value


def _derivative(poly: Any) -> Any:
    degree = poly.shape[-1] - 1
    xp = array_namespace(poly)
    powers = xp.arange(degree, 0, -1)
    return poly[..., :-1] * (powers if xp is np else powers.to(poly))


def _unit_and_radius(points: Any) -> tuple[Any, Any]:
    """Direction (..., N, 2) and length (..., N); the axis gets length 0 and a finite gradient."""
    xp = array_namespace(points)
    squared = (points * points).sum(-1)
    on_axis = squared == 0
    radius = xp.sqrt(xp.where(on_axis, xp.ones_like(squared), squared))
    unit = points / radius[..., None]
    return unit, xp.where(on_axis, xp.zeros_like(radius), radius)


def distort(points: Any, dist_poly: Any) -> Any:
    """Undistorted plane -> normalised image.

    Args:
        points: (..., N, 2) on the undistorted plane (tangents of the viewing angle).
        dist_poly: (..., P) coefficients.

    Returns:
        (..., N, 2) normalised image coordinates. The optical axis maps to itself.
    """
    xp = array_namespace(points)
    unit, radius = _unit_and_radius(points)
    return unit * polyval(dist_poly, xp.arctan(radius))[..., None]


def undistort(points: Any, undist_poly: Any) -> tuple[Any, Any]:
    """Normalised image -> undistorted plane.

    Args:
        points: (..., N, 2) normalised image coordinates.
        undist_poly: (..., Q) coefficients.

    Returns:
        The points (..., N, 2) and a mask (..., N): false where the viewing angle leaves [0, 90) degrees,
        so that the ray meets no point of the undistorted plane.
    """
    xp = array_namespace(points)
    unit, radius = _unit_and_radius(points)
    angle = polyval(undist_poly, radius)
    valid = (xp.abs(angle) < math.pi / 2) & xp.isfinite(angle)
    tangent = xp.tan(xp.where(valid, angle, xp.zeros_like(angle)))
    return unit * tangent[..., None], valid


def _radial_jacobian(points: Any, value: Any, slope: Any) -> Any:
    """Jacobian (..., N, 2, 2) of ``unit * value(radius)`` from the radial function's value and slope (..., N)."""
    xp = array_namespace(points)
    unit, radius = _unit_and_radius(points)
    on_axis = radius == 0
    ratio = xp.where(on_axis, slope, value / xp.where(on_axis, xp.ones_like(radius), radius))
    outer = unit[..., :, None] * unit[..., None, :]
    eye = np.eye(2) if xp is np else xp.eye(2, dtype=points.dtype, device=points.device)
    return slope[..., None, None] * outer + ratio[..., None, None] * (eye - outer)


def distort_jacobian(points: Any, dist_poly: Any) -> Any:
    """Derivative (..., N, 2, 2) of :func:`distort` at ``points`` (..., N, 2)."""
    xp = array_namespace(points)
    _, radius = _unit_and_radius(points)
    angle = xp.arctan(radius)
    slope = polyval(_derivative(dist_poly), angle) / (1 + radius * radius)
    return _radial_jacobian(points, polyval(dist_poly, angle), slope)


def undistort_jacobian(points: Any, undist_poly: Any) -> Any:
    """Derivative (..., N, 2, 2) of :func:`undistort` at ``points`` (..., N, 2)."""
    xp = array_namespace(points)
    _, radius = _unit_and_radius(points)
    tangent = xp.tan(polyval(undist_poly, radius))
    slope = polyval(_derivative(undist_poly), radius) * (1 + tangent * tangent)
    return _radial_jacobian(points, tangent, slope)
