"""What an image file is, and whether it is whole, without reading its pixels for anything else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, NamedTuple

from mmsynloc.files.image_header import read_header
from mmsynloc.files.images import BrokenImageError, decode_pixels
from mmsynloc.files.jpeg import find_gap, is_jpeg, parse_jpeg
from mmsynloc.files.png import find_png_gap

__all__ = ["ImageProbe", "image_size", "orientation_warning", "probe_image"]

_TAIL_BYTES = 1024  # where the end marker nearly always is


class ImageProbe(NamedTuple):
    """Properties of a file that need no decoding.

    Args:
        size: ``(width, height)`` as stored, in px, or None.
        fault: what is wrong, or None.
        orientation: the orientation tag; 1 is upright, and what a file without one has.
    """

    size: tuple[int, int] | None
    fault: str | None
    orientation: int = 1


def image_size(file: Path | IO[bytes]) -> tuple[int, int] | None:
    """``(width, height)`` from the header alone; None where there is no readable header."""
    return read_header(file).size


def orientation_warning(path: str | Path) -> str | None:
    """A line about an image that its camera has marked as turned, for those who calibrate by OpenCV's ``imread``.

    Args:
        path: the file; one that is no image has no such mark.
    """
    orientation = read_header(Path(path)).orientation
    if orientation == 1:
        return None
    return (
        f"{path}: its orientation tag ({orientation}) is ignored; a camera calibrated on upright copies of such images "
        "does not fit: write upright copies of them, without the tag"
    )


def probe_image(path: str | Path, decode: bool = False) -> ImageProbe:
    """Look at one image file.

    Args:
        path: the file.
        decode: also decode it, which finds damage in the middle; else only header and end are read.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            if not file.read(1):
                return ImageProbe(None, "empty file")
        size, orientation = read_header(path)
        if size is None:
            return ImageProbe(None, "no image")
        return ImageProbe(size, _find_damage(path) if decode else _find_missing_end(path), orientation)
    except OSError as error:
        return ImageProbe(None, f"cannot be read: {error.strerror}")


def _find_damage(path: Path) -> str | None:
    try:
        decode_pixels(path.read_bytes(), str(path), reduction=8, thorough=True)
    except BrokenImageError as error:
        return error.reason
    return None


def _find_missing_end(path: Path) -> str | None:
    with path.open("rb") as file:
        jpeg = is_jpeg(file.read(2))
        file.seek(-min(path.stat().st_size, _TAIL_BYTES), os.SEEK_END)
        tail = file.read()
    if b"\xff\xd9" in tail or b"IEND" in tail:
        return None
    if not jpeg:
        return find_png_gap(path.read_bytes())
    data = path.read_bytes()  # the end may be before bytes that something appended
    header = parse_jpeg(data)
    return find_gap(data, header) if header else "broken JPEG header"
