"""Arrays out of what users give."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["finite_array"]


def finite_array(value: Any, name: str) -> np.ndarray:
    """A value as float64.

    Raises:
        ValueError: it is not numbers, or not finite; the message begins with ``name``.
    """
    try:
        array = np.array(value, np.float64)
    except (TypeError, ValueError, OverflowError):  # an integer of 400 digits is no float64
        raise ValueError(f"{name} is not an array of numbers") from None
    if not np.isfinite(array).all():
        raise ValueError(f"{name} has values that are not finite")
    return array
