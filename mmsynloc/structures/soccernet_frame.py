"""The pitch frame of SoccerNet's calibration and game-state tasks, and the one of this package."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["PITCH_FROM_SOCCERNET", "pitch_to_soccernet", "soccernet_to_pitch"]

PITCH_FROM_SOCCERNET = np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, -1]])
"""(3, 3) rotation, its own inverse. SoccerNet has x along the pitch, y across towards the main camera, z down; both
have their origin at the pitch's centre and are in metres."""


def soccernet_to_pitch(points_m: Any) -> np.ndarray:
    """SoccerNet's frame (..., 2) or (..., 3) in metres -> pitch frame (x across, y along, z up), of the same shape."""
    points = np.asarray(points_m, np.float64)
    size = points.shape[-1]
    return points @ PITCH_FROM_SOCCERNET[:size, :size].T


def pitch_to_soccernet(points_m: Any) -> np.ndarray:
    """Pitch frame (..., 2) or (..., 3) in metres -> SoccerNet's frame, the same rotation."""
    return soccernet_to_pitch(points_m)
