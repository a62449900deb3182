"""Whether images of two sizes can show the same view."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["MAX_SIDE", "same_shape"]

MAX_SIDE = 1_000_000
"""Of an image in pixels, as in annotation files."""

ROUNDING_PX = 1.0
"""Of a side of the smaller image: resizing rounds to whole, and often to even, numbers of pixels."""


def same_shape(size: Sequence[int], other: Sequence[int]) -> bool:
    """Whether one image is the other at another resolution, with its sides rounded.

    A copy that was cropped or padded, such as 1920x1088 of 3840x2160, is not: its pixels lie elsewhere.

    Args:
        size: ``(width, height)`` in px of one image.
        other: of the other.
    """
    (width, height), (full_width, full_height) = sorted((tuple(size), tuple(other)), key=lambda s: s[0] * s[1])
    # Some scale s must bring both s * full_width within the rounding of width, and s * full_height of height.
    return abs(width * full_height - height * full_width) <= ROUNDING_PX * (full_width + full_height)
