"""LocSim: how well a detection's position on the pitch agrees with a person's."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["LOCSIM_AT_TAU", "LOG_LOCSIM_AT_TAU", "locsim", "locsim_to_distance_m"]

LOCSIM_AT_TAU = 0.05
"""LocSim of two points that lie ``tau`` metres apart."""

LOG_LOCSIM_AT_TAU = math.log(LOCSIM_AT_TAU)


def locsim(squared_distance_m2: np.ndarray, tau_m: float = 1.0) -> np.ndarray:
    """``exp(ln(0.05) d² / tau²)`` of squared ground distances.

    Source: Ardö et al., "Spiideo SoccerNet SynLoc", VISAPP 2025; development kit ``sskit.coco.locsim``.

    Args:
        squared_distance_m2: (...) squared distances on the ground in m².
        tau_m: distance in metres at which the similarity has fallen to 0.05.

    Returns:
        (...) similarities in [0, 1]; 1 at distance 0.
    """
    return np.exp(LOG_LOCSIM_AT_TAU * squared_distance_m2 / tau_m**2)


def locsim_to_distance_m(similarity: float, tau_m: float = 1.0) -> float:
    """The distance in metres at which LocSim equals ``similarity`` in (0, 1]: 0.48 m for 0.5 and tau 1."""
    return tau_m * math.sqrt(math.log(similarity) / LOG_LOCSIM_AT_TAU)
