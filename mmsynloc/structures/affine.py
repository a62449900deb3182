"""Affine maps between pixel grids as float64 3x3 matrices, and the points and boxes they move.

Pixel centres are integers everywhere, so a pixel covers ``[x - 0.5, x + 0.5]`` and an image of width w covers
``[-0.5, w - 0.5]``. Matrices act on columns ``(x, y, 1)``; ``a @ b`` does b first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

__all__ = [
    "Bounds",
    "clip_boxes",
    "fit_matrix",
    "flip_matrix",
    "frame_bounds",
    "intersect",
    "invert",
    "max_scale",
    "resize_matrix",
    "rotation_matrix",
    "scale_matrix",
    "shear_matrix",
    "shift_matrix",
    "transform_bounds",
    "transform_boxes",
    "transform_points",
]


Bounds = tuple[float, float, float, float]
"""Edges x1, y1, x2, y2 of an upright rectangle."""


def frame_bounds(size: Sequence[float]) -> Bounds:
    """Edges x1, y1, x2, y2 of an image of this ``(width, height)``, in pixel-centre coordinates."""
    return (-0.5, -0.5, size[0] - 0.5, size[1] - 0.5)


def shift_matrix(dx: float, dy: float) -> np.ndarray:
    """Move by (dx, dy) pixels."""
    return np.array([[1.0, 0.0, dx], [0.0, 1.0, dy], [0.0, 0.0, 1.0]])


def scale_matrix(scale_x: float, scale_y: float | None = None) -> np.ndarray:
    """Resize an image: ``x' = (x + 0.5) * s - 0.5``, exact at the pixel centres."""
    scale_y = scale_x if scale_y is None else scale_y
    return np.array([[scale_x, 0.0, (scale_x - 1) / 2], [0.0, scale_y, (scale_y - 1) / 2], [0.0, 0.0, 1.0]])


def resize_matrix(size: Sequence[float], new_size: Sequence[float]) -> np.ndarray:
    """Resize an image from one ``(width, height)`` to another."""
    return scale_matrix(new_size[0] / size[0], new_size[1] / size[1])


def flip_matrix(width: float) -> np.ndarray:
    """Mirror an image of this width left to right: ``x' = width - 1 - x``."""
    return np.array([[-1.0, 0.0, width - 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


def rotation_matrix(degrees: float) -> np.ndarray:
    """Rotate about the origin; positive turns x towards y (clockwise on screen)."""
    angle = np.deg2rad(degrees)
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def shear_matrix(degrees_x: float, degrees_y: float) -> np.ndarray:
    """Shear about the origin by angles along x and y, as upstream's ``get_pers_warp_matrix``."""
    tan_x, tan_y = np.tan(np.deg2rad([degrees_x, degrees_y]))
    return np.array([[1.0, tan_x, 0.0], [tan_y, 1.0, 0.0], [0.0, 0.0, 1.0]])


def fit_matrix(size: Sequence[float], output_size: Sequence[float], scale: float | None = None) -> np.ndarray:
    """Place an image in the middle of an output.

    Args:
        size: ``(width, height)`` of the image.
        output_size: ``(width, height)`` of the output.
        scale: output pixels per image pixel; None for the largest at which the whole image fits.

    Returns:
        (3, 3) image px -> output px. The image's centre lands on the output's centre.
    """
    (w, h), (out_w, out_h) = size, output_size
    scale = min(out_w / w, out_h / h) if scale is None else scale
    return shift_matrix((out_w - w * scale) / 2, (out_h - h * scale) / 2) @ scale_matrix(scale)


def max_scale(matrix: np.ndarray) -> float:
    """Output pixels per input pixel in the direction that ``matrix`` enlarges most."""
    a, b, c, d = matrix[:2, :2].ravel().tolist()
    # The larger singular value of a 2x2 matrix: half the sum of its conformal and anticonformal parts.
    return (math.hypot(a + d, b - c) + math.hypot(a - d, b + c)) / 2


def invert(matrix: np.ndarray) -> np.ndarray:
    """The inverse of an affine matrix."""
    a, b, x, c, d, y = matrix[:2].ravel().tolist()
    det = a * d - b * c
    a, b, c, d = d / det, -b / det, -c / det, a / det
    return np.array([[a, b, -(a * x + b * y)], [c, d, -(c * x + d * y)], [0.0, 0.0, 1.0]])


def transform_points(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Move points (..., 2) by an affine matrix, in float64."""
    return np.asarray(points, dtype=np.float64) @ matrix[:2, :2].T + matrix[:2, 2]


def transform_boxes(boxes_xyxy: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Upright boxes (N, 4) around the moved corners of upright boxes (N, 4), in float64."""
    boxes = np.asarray(boxes_xyxy, dtype=np.float64).reshape(-1, 4)
    centres = transform_points((boxes[:, :2] + boxes[:, 2:]) / 2, matrix)
    half_sizes = (boxes[:, 2:] - boxes[:, :2]) / 2 @ np.abs(matrix[:2, :2]).T
    return np.concatenate([centres - half_sizes, centres + half_sizes], axis=1)


def clip_boxes(boxes_xyxy: np.ndarray, bounds_xyxy: Sequence[float]) -> np.ndarray:
    """Boxes (N, 4) cut at ``bounds_xyxy``; those outside get no width or no height."""
    x1, y1, x2, y2 = bounds_xyxy
    return np.clip(boxes_xyxy, [x1, y1, x1, y1], [x2, y2, x2, y2])


def transform_bounds(bounds_xyxy: Bounds, matrix: np.ndarray) -> Bounds:
    """:func:`transform_boxes` for one rectangle; without arrays, for it is called often."""
    x1, y1, x2, y2 = bounds_xyxy
    a, b, dx, c, d, dy = matrix[:2].ravel().tolist()
    centre_x, centre_y, half_w, half_h = (x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / 2, (y2 - y1) / 2
    x, y = a * centre_x + b * centre_y + dx, c * centre_x + d * centre_y + dy
    w, h = abs(a) * half_w + abs(b) * half_h, abs(c) * half_w + abs(d) * half_h
    return (x - w, y - h, x + w, y + h)


def intersect(first_xyxy: Bounds, second_xyxy: Bounds) -> Bounds | None:
    """The rectangle that two rectangles share, None where it is empty."""
    x1, y1 = max(first_xyxy[0], second_xyxy[0]), max(first_xyxy[1], second_xyxy[1])
    x2, y2 = min(first_xyxy[2], second_xyxy[2]), min(first_xyxy[3], second_xyxy[3])
    return (x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None
