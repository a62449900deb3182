"""Smoothing one athlete's track."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import make_smoothing_spline

__all__ = ["smooth_track"]

ACCELERATION_POWER = 6.0
"""Spectral density of an athlete's acceleration, m²/s³: 2.5 m/s² that last for half a second, twice that squared."""

_LEAST_POINTS = 5  # of a cubic smoothing spline


def smooth_track(times_s: np.ndarray, points_m: np.ndarray, position_sd_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Smooth positions, and speeds along them.

    A cubic smoothing spline is the most likely path of a body whose acceleration is white noise, seen with errors of a
    known size; its penalty is the ratio of both variances. Source: Wahba, "Improper Priors, Spline Smoothing and the
    Problem of Guarding Against Model Errors in Regression", 1978.

    Args:
        times_s: (T,) ascending.
        points_m: (T, 2).
        position_sd_m: standard deviation of their errors.

    Returns:
        Positions (T, 2) m and speeds (T,) m/s. Fewer than five points stay as they are, with the speed of the straight
        line through them; a single one has none (NaN).
    """
    if len(times_s) < _LEAST_POINTS:
        return points_m, np.full(len(times_s), _mean_speed(times_s, points_m))
    spline = make_smoothing_spline(times_s, points_m, lam=position_sd_m**2 / ACCELERATION_POWER)
    return spline(times_s), np.linalg.norm(spline.derivative()(times_s), axis=1)


def _mean_speed(times_s: np.ndarray, points_m: np.ndarray) -> float:
    if len(times_s) < 2:
        return float("nan")
    return float(np.linalg.norm(np.polyfit(times_s, points_m, 1)[0]))
