"""The sign of pixels of a half-size copy, such as Full HD, in place of annotated ones."""

from __future__ import annotations

import numpy as np

__all__ = ["lie_in_upper_left_quarter", "upper_left_share"]

_SHARE = 0.99  # not all: some predictions leave the frame


def lie_in_upper_left_quarter(points_px: np.ndarray, image_sizes: np.ndarray, at_least: int) -> bool:
    """Whether no more than a hundredth of the points lie outside of the upper left quarter of their images.

    Args:
        points_px: (N, 2) of people: feet, centres, or far corners of boxes.
        image_sizes: (N, 2) or (2,) ``(width, height)`` in px.
        at_least: from 1; fewer points say nothing, for all of them may well stand in one quarter: False.
    """
    return len(points_px) >= at_least and upper_left_share(points_px, image_sizes) >= _SHARE


def upper_left_share(points_px: np.ndarray, image_sizes: np.ndarray) -> float:
    """The share of at least one point (N, 2) in the upper left quarter of its image, of size (N, 2) or (2,)."""
    return float((points_px <= np.asarray(image_sizes) / 2).all(axis=1).mean())
