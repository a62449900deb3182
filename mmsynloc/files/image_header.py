"""What the header of an image file says, in any of its formats."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from PIL import Image, TiffImagePlugin

__all__ = ["ORIENTATION_TAG", "ImageHeader", "read_header"]

ORIENTATION_TAG = 274


class ImageHeader(NamedTuple):
    """Size and orientation.

    Args:
        size: ``(width, height)`` as stored, in px; None where there is no readable header.
        orientation: the tag; 1 is upright, and what a file without one has.
    """

    size: tuple[int, int] | None
    orientation: int = 1


def read_header(file: Path | IO[bytes]) -> ImageHeader:
    """Read the header alone; what is no image has no size."""
    try:
        with _without_warnings(), Image.open(file) as image:
            size = image.size
            if isinstance(image, TiffImagePlugin.TiffImageFile):  # its size is that after the turn
                tags = image.tag_v2
                size = (int(tags[TiffImagePlugin.IMAGEWIDTH]), int(tags[TiffImagePlugin.IMAGELENGTH]))
            return ImageHeader(size, _orientation(image))
    except Exception:  # a decoder can raise any error on damaged bytes
        return ImageHeader(None)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Hide what the reader has to say of damaged tags, beside which the picture may be whole."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION_TAG, 1))
    except Exception:  # the picture may be whole although its tag is damaged
        return 1
