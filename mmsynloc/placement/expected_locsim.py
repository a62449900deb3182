"""What LocSim a predicted point may be expected to get, from how sure the network is of it."""

from __future__ import annotations

import numpy as np

from mmsynloc.evaluation.functional.similarity import LOG_LOCSIM_AT_TAU

__all__ = ["expected_locsim", "fuse_gaussians"]


def expected_locsim(covariances_m2: np.ndarray, tau_m: float = 1.0) -> np.ndarray:
    """Mean of LocSim over where an athlete may be.

    With LocSim(d) = exp(-a d²), a = ln(20) / tau², and a true position distributed as a Gaussian of covariance S about
    the predicted one, the integral is ``det(I + 2 a S)^(-1/2)``.

    Args:
        covariances_m2: (..., 2, 2) m², symmetric and positive; NaN above the horizon.
        tau_m: LocSim's scale in metres.

    Returns:
        (...) in [0, 1]; 0 where the covariance is NaN.
    """
    widened = np.eye(2) - 2 * LOG_LOCSIM_AT_TAU / tau_m**2 * covariances_m2
    determinant = widened[..., 0, 0] * widened[..., 1, 1] - widened[..., 0, 1] * widened[..., 1, 0]
    return np.nan_to_num(1 / np.sqrt(np.maximum(determinant, 1.0)), nan=0.0)


def fuse_gaussians(
    means: np.ndarray, covariances: np.ndarray, other_means: np.ndarray, other_covariances: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Two independent measurements of one point as one, weighted by their inverse covariances.

    Args:
        means: (..., 2).
        covariances: (..., 2, 2), invertible.
        other_means: (..., 2); where it is not finite, the first measurement stands alone.
        other_covariances: (..., 2, 2).

    Returns:
        Mean (..., 2) and covariance (..., 2, 2).
    """
    usable = np.isfinite(other_means).all(-1) & np.isfinite(other_covariances).all((-2, -1))
    safe = np.where(usable[..., None, None], other_covariances, np.eye(2))
    # Kalman's form: the gain of the second measurement.
    gain = covariances @ np.linalg.inv(covariances + safe) * usable[..., None, None]
    offset = np.where(usable[..., None], other_means - means, 0.0)
    return means + (gain @ offset[..., None])[..., 0], covariances - gain @ covariances
