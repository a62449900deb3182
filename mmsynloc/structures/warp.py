"""Warping a part of an image into a canvas, smoothed where it is reduced."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from mmsynloc.structures.affine import (
    Bounds,
    frame_bounds,
    intersect,
    invert,
    max_scale,
    resize_matrix,
    shift_matrix,
    transform_bounds,
)

__all__ = ["cut_views", "touched_pixels", "warp_into"]

# Bilinear sampling reads 2x2 pixels; below this scale it starts to skip some, so the source is smoothed before.
_SMOOTH_BELOW = 0.6
# [1, 6, 1] / 8 is about the area filter of a reduction to 0.6.
_SMOOTH_SIGMA = 0.528


def _prepare_view(view: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shrink or smooth a view that is about to be reduced; returns it with its new matrix to the canvas.

    A view that is about to be enlarged gets its border pixels doubled instead, because interpolation would fade them.
    """
    scale = max_scale(matrix)
    if scale > 1:
        return cv2.copyMakeBorder(view, 1, 1, 1, 1, cv2.BORDER_REPLICATE), matrix @ shift_matrix(-1, -1)
    if scale <= 0.5:
        height, width = view.shape[:2]
        factor = int(1 / scale + 1e-9)
        size = (max(round(width / factor), 1), max(round(height / factor), 1))
        view = cv2.resize(view, size, interpolation=cv2.INTER_AREA)
        matrix = matrix @ resize_matrix(size, (width, height))
        scale *= factor
    if scale < _SMOOTH_BELOW:
        view = cv2.GaussianBlur(view, (3, 3), _SMOOTH_SIGMA, borderType=cv2.BORDER_REPLICATE)
    return view, matrix


def touched_pixels(bounds_xyxy: Bounds, size: Sequence[int]) -> tuple[int, int, int, int]:
    """First and one past the last pixel along x and y of those that a rectangle touches in an image."""
    x1, y1, x2, y2 = bounds_xyxy
    return (
        max(math.floor(x1 + 0.5), 0),
        max(math.floor(y1 + 0.5), 0),
        min(math.ceil(x2 + 0.5), size[0]),
        min(math.ceil(y2 + 0.5), size[1]),
    )


def warp_into(canvas: np.ndarray, view: np.ndarray, matrix: np.ndarray) -> None:
    """Warp an image into a canvas, in place; pixels that it does not cover keep their values.

    Args:
        canvas: (H, W, 4) uint8, BGR and one unused channel: OpenCV warps four channels twice as fast as three.
        view: (h, w, 3) uint8, BGR.
        matrix: (3, 3) view px -> canvas px.
    """
    covered = intersect(transform_bounds(frame_bounds(view.shape[1::-1]), matrix), frame_bounds(canvas.shape[1::-1]))
    if covered is None:
        return
    # Pixels whose centres are covered
    x1, y1, x2, y2 = *map(math.ceil, covered[:2]), *(math.floor(edge) + 1 for edge in covered[2:])
    if x2 <= x1 or y2 <= y1:
        return
    view, matrix = _prepare_view(view, matrix)
    view = cv2.cvtColor(view, cv2.COLOR_BGR2BGRA)
    warp = (shift_matrix(-x1, -y1) @ matrix)[:2]
    cv2.warpAffine(
        view,
        warp,
        (x2 - x1, y2 - y1),
        dst=canvas[y1:y2, x1:x2],
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_TRANSPARENT,
    )


def cut_views(image: np.ndarray, matrices: np.ndarray, size: tuple[int, int], pad_value: int = 114) -> np.ndarray:
    """Cut views out of one image, each by its own affine map.

    Args:
        image: (h, w, 3) uint8, BGR.
        matrices: (P, 3, 3) image px -> view px.
        size: ``(width, height)`` of the views.
        pad_value: grey value beyond the image.

    Returns:
        (P, H, W, 3) uint8, BGR.
    """
    views = np.full((len(matrices), size[1], size[0], 4), pad_value, np.uint8)
    for view, matrix in zip(views, matrices):
        seen = transform_bounds(frame_bounds(size), invert(matrix))
        reach = 2 / min(max_scale(matrix), 1)  # interpolation and smoothing read beyond the border
        part = intersect(
            (seen[0] - reach, seen[1] - reach, seen[2] + reach, seen[3] + reach), frame_bounds(image.shape[1::-1])
        )
        if part is not None:
            left, top, right, bottom = touched_pixels(part, image.shape[1::-1])
            warp_into(view, image[top:bottom, left:right], matrix @ shift_matrix(left, top))
    return views[..., :3]
