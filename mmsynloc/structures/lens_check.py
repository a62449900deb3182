"""Whether the two polynomials of a SynLoc lens are each other's inverse."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["TOLERANCE_PX", "check_inverse", "round_trip_px"]

FULL_WIDTH = 3840
TOLERANCE_PX = 40.0
"""At a width of 3840, a hundredth of it. The data set's own lens comes back to 0.012 px, but the development kit's fit
of a wide rectilinear lens to 20 px only."""

SAMPLES = 100


def round_trip_px(dist_poly: np.ndarray, undist_poly: np.ndarray, image_size: tuple[int, int]) -> float:
    """How far a pixel of the frame lies at most from where it comes back, through ``undist_poly`` and ``dist_poly``.

    Args:
        dist_poly: (P,) radius by the angle to the axis, see :mod:`mmsynloc.structures._radial`.
        undist_poly: (Q,) angle by the radius.
        image_size: ``(width, height)``, for the frame's shape.

    Returns:
        The distance in pixels of an image 3840 wide; infinite where ``undist_poly`` takes no pixel but the
        centre to an angle below 90 degrees. Pixels beyond that angle have no way back and do not count.
    """
    width, height = image_size
    radius = np.linspace(0, math.hypot(1, height / width) / 2, SAMPLES)[1:]  # the axis itself stays where it is
    with np.errstate(over="ignore", invalid="ignore"):
        angle = np.polyval(undist_poly, radius)
        used = np.abs(angle) < math.pi / 2
        back = np.sign(angle) * np.polyval(dist_poly, np.abs(angle))
        distance = np.abs(back - radius)[used] * FULL_WIDTH
    return float(np.nan_to_num(distance, nan=math.inf).max(initial=0.0)) if used.any() else math.inf


def check_inverse(dist_poly: np.ndarray, undist_poly: np.ndarray, image_size: tuple[int, int]) -> None:
    """Make sure that a pixel of the frame comes back to where it was.

    Two lenses whose polynomials were exchanged are found only where the polynomials are not exact inverses.

    Raises:
        ValueError: it is over :data:`TOLERANCE_PX` away.
    """
    distance = round_trip_px(dist_poly, undist_poly, image_size)
    if distance > TOLERANCE_PX:
        raise ValueError(
            "undist_poly is not the inverse of dist_poly: through both a pixel comes back "
            f"{distance:.3g} px away, in an image {FULL_WIDTH} px wide"
        )
