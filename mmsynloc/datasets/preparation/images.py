"""What can be known of an image file: its size, and whether it is whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

__all__ = ["ImageProbe", "decode_image", "image_size", "probe_image"]

_END_OF_IMAGE = b"\xff\xd9"
_TAIL_BYTES = 1024  # cameras and editors append a little padding after the end marker


class ImageProbe(NamedTuple):
    """``size`` (width, height) in pixels or None; ``fault`` says what is wrong, or is None."""

    size: tuple[int, int] | None
    fault: str | None


def image_size(file: Path | IO[bytes]) -> tuple[int, int] | None:
    """(width, height) from the header alone; None where there is no readable header."""
    try:
        with Image.open(file) as image:
            return image.size
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError):
        return None


def _ends_properly(path: Path) -> bool:
    with path.open("rb") as file:
        if file.read(2) != b"\xff\xd8":
            return True  # no JPEG, so no end marker to look for
        file.seek(-min(path.stat().st_size, _TAIL_BYTES), os.SEEK_END)
        return _END_OF_IMAGE in file.read()


def probe_image(path: Path, decode: bool = False) -> ImageProbe:
    """Look at one image file.

    Args:
        path: the file.
        decode: also decode it, which finds damage in the middle; else only header and end are read.
    """
    path = Path(path)
    try:
        if path.stat().st_size == 0:
            return ImageProbe(None, "empty file")
        size = image_size(path)
        if size is None:
            return ImageProbe(None, "no image")
        if not _ends_properly(path):
            return ImageProbe(size, "truncated")
        return ImageProbe(size, decode_image(path)[1] if decode else None)
    except OSError as error:
        return ImageProbe(None, f"cannot be read: {error.strerror}")


def decode_image(path: Path, flags: int = cv2.IMREAD_COLOR) -> tuple[np.ndarray | None, str | None]:
    """Decode a file, and catch what OpenCV only prints: it fills damaged parts with grey and returns an image.

    Not for threads, since it turns the process's stderr aside while it decodes.

    Returns:
        The image (H, W, 3) uint8 BGR, or None, and the fault, or None.
    """
    data = np.fromfile(path, np.uint8)
    with _captured_stderr() as captured:
        try:
            image = cv2.imdecode(data, flags | cv2.IMREAD_IGNORE_ORIENTATION)
        except cv2.error:
            image = None
    if image is None:
        return None, "cannot be decoded"
    fault = next((line for line in captured if "JPEG" in line or "jpeg" in line), None)
    return image, f"damaged: {fault}" if fault else None


@contextmanager
def _captured_stderr() -> Iterator[list[str]]:
    """Collect the lines that native code writes to file descriptor 2; they are there after the block."""
    lines: list[str] = []
    with tempfile.TemporaryFile() as file:
        saved = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield lines
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            file.seek(0)
            lines.extend(file.read().decode(errors="replace").splitlines())
