"""Position errors along and across the viewing ray."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["OffsetSummary", "ray_offsets_m", "ray_offsets_px", "summarise_offsets"]


def ray_offsets_m(positions_m: np.ndarray, true_m: np.ndarray, centres_m: np.ndarray) -> np.ndarray:
    """Errors (N, 2) along and across the ray from the camera to the true position, seen from above.

    Args:
        positions_m: (N, 2) predicted, metres.
        true_m: (N, 2) true, metres.
        centres_m: (N, 2) ground points below the cameras.

    Returns:
        Metres; along is positive for a prediction too far away, across for one too far left as the camera sees it.
        NaN for a person right below the camera.
    """
    return _along_and_across(positions_m - true_m, true_m - centres_m)


def ray_offsets_px(points_px: np.ndarray, true_px: np.ndarray, further_px: np.ndarray) -> np.ndarray:
    """Errors (N, 2) along and across the viewing ray in the image, as :func:`ray_offsets_m` has them on the ground.

    Args:
        points_px: (N, 2) predicted pixels.
        true_px: (N, 2) true ones.
        further_px: (N, 2) where the ground a little further away from the camera is.

    Returns:
        Pixels; along is positive for a prediction too far away, across for one too far left. NaN where the ray has no
        direction.
    """
    return _along_and_across(points_px - true_px, further_px - true_px) * (1, -1)  # y runs downwards in an image


def _along_and_across(error: np.ndarray, ray: np.ndarray) -> np.ndarray:
    """Components (N, 2) of vectors (N, 2) along rays (N, 2), and to their left where y runs upwards."""
    length = np.hypot(*ray.T)[:, None]
    ray = np.divide(ray, length, out=np.full_like(ray, np.nan), where=length > 0)
    across = error[:, 1] * ray[:, 0] - error[:, 0] * ray[:, 1]
    return np.stack([(error * ray).sum(axis=1), across], axis=-1)


@dataclass(frozen=True)
class OffsetSummary:
    """N errors in two directions; all fields but the number are NaN without any.

    Args:
        number: N.
        bias: (2,) medians.
        spread: (2,) half of the range in which the middle 68 % lie, a standard deviation if they were normal.
        median: median of the errors' lengths.
        high: their 90th percentile.
    """

    number: int
    bias: tuple[float, float]
    spread: tuple[float, float]
    median: float
    high: float


def summarise_offsets(offsets: np.ndarray) -> OffsetSummary:
    """Medians and spreads of errors (N, 2), in their own unit; rows with NaN are left out."""
    offsets = offsets[np.isfinite(offsets).all(axis=1)]
    nan = float("nan")
    if not len(offsets):
        return OffsetSummary(0, (nan, nan), (nan, nan), nan, nan)
    low, middle, high = np.percentile(offsets, (16, 50, 84), axis=0)
    spread = ((high - low) / 2).tolist()
    median, ninety = np.percentile(np.hypot(*offsets.T), (50, 90)).tolist()
    return OffsetSummary(len(offsets), tuple(middle.tolist()), tuple(spread), median, ninety)
