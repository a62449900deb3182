"""Reading image files at the smallest resolution that suffices, and telling broken files from good ones."""

from __future__ import annotations

import struct
from typing import NamedTuple

import cv2
import numpy as np
from mmengine import fileio

__all__ = ["BrokenImageError", "DecodedImage", "decode_image", "jpeg_size", "load_image"]

_REDUCED_FLAGS = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
_START_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN = 0xDA
_END_OF_IMAGE = b"\xff\xd9"
# A resized copy may be a pixel off its exact shape; anything beyond shows another image.
_ASPECT_TOLERANCE = 0.02


class BrokenImageError(Exception):
    """An image file that is missing, truncated, undecodable or of another shape.

    Args:
        path: the file.
        reason: what is wrong with it.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


class DecodedImage(NamedTuple):
    """Pixels and their exact resolution.

    Args:
        pixels: (H, W, 3) uint8, BGR.
        scale: pixels per annotated pixel along x and y; ``x' = (x + 0.5) * scale - 0.5``.
    """

    pixels: np.ndarray
    scale: tuple[float, float]


class _JpegHeader(NamedTuple):
    size: tuple[int, int]
    scan_offset: int


def _parse_jpeg(data: bytes) -> _JpegHeader | None:
    """Size and start of the first scan; None where the markers end early or make no sense."""
    position, size = 2, None
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            return None
        marker = data[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        if marker == _START_OF_SCAN:
            return _JpegHeader(size, position) if size else None
        (length,) = struct.unpack_from(">H", data, position + 2)
        if marker in _START_OF_FRAME and position + 9 <= len(data):
            height, width = struct.unpack_from(">HH", data, position + 5)
            size = (width, height)
        position += 2 + length
    return None


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """``(width, height)`` of a JPEG from its header, None where there is none."""
    header = _parse_jpeg(data) if data[:2] == b"\xff\xd8" else None
    return header.size if header else None


def _reduction(needed: float, largest: int = 8) -> int:
    """The largest JPEG reduction that leaves at least ``needed`` decoded pixels per file pixel."""
    reduction = 1
    # A billionth of slack: 960 / 3840 * 4 must not fall below 1 by a rounding error.
    while reduction < largest and needed * reduction * 2 <= 1 + 1e-9:
        reduction *= 2
    return reduction


def _check_complete(data: bytes, name: str) -> _JpegHeader | None:
    """Find truncated files, which decoders fill with grey in silence; the header of a JPEG, None for others."""
    if data[:2] == b"\xff\xd8":
        header = _parse_jpeg(data)
        if header is None:
            raise BrokenImageError(name, "broken JPEG header")
        # Entropy-coded data never holds this pair, so it is found only where the image is complete.
        if data.rfind(_END_OF_IMAGE, header.scan_offset) < 0:
            raise BrokenImageError(name, "truncated JPEG")
        return header
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data.rfind(b"IEND") < 0:
        raise BrokenImageError(name, "truncated PNG")
    return None


def _check_aspect(size: tuple[int, int], annotated_size: tuple[int, int], name: str) -> None:
    ratio = size[0] / size[1] * annotated_size[1] / annotated_size[0]
    if abs(ratio - 1) > _ASPECT_TOLERANCE:
        shapes = "{}x{}, annotated as {}x{}".format(*size, *annotated_size)
        raise BrokenImageError(name, f"image is {shapes}: not the same shape")


def _file_scale(size: tuple[int, int], annotated_size: tuple[int, int]) -> float:
    return min(size[0] / annotated_size[0], size[1] / annotated_size[1])


def _shrink(pixels: np.ndarray, factor: int) -> np.ndarray:
    """Shrink formats that cannot be decoded at a reduced size, by averaging."""
    height, width = pixels.shape[:2]
    if factor == 1:
        return pixels
    return cv2.resize(pixels, (round(width / factor), round(height / factor)), interpolation=cv2.INTER_AREA)


def decode_image(data: bytes, annotated_size: tuple[int, int], needed_scale: float, name: str) -> DecodedImage:
    """Decode a file's bytes at the smallest JPEG resolution that suffices.

    libjpeg's reduced sizes 1/2, 1/4 and 1/8 keep the pixel grid centred (``x' = (x + 0.5) / k - 0.5``) and round
    sizes up, so the exact factor is 1/k and not the ratio of the sizes. Other formats are decoded in full
    and then averaged.

    Args:
        data: the file.
        annotated_size: ``(width, height)`` that labels refer to; the file may have any size of that shape.
        needed_scale: pixels per annotated pixel that the output needs.
        name: what to call the file in errors.

    Raises:
        BrokenImageError: the file is truncated, undecodable, or of another shape.
    """
    header = _check_complete(data, name)
    reduction = _reduction(needed_scale / _file_scale(header.size, annotated_size)) if header else 1
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), _REDUCED_FLAGS[reduction])
    except cv2.error:
        pixels = None
    if pixels is None:
        raise BrokenImageError(name, "not a readable image")
    size = pixels.shape[1::-1]
    if reduction > 1:
        portrait = size[0] < size[1]  # the decoder turns images by their orientation tag
        size = (min(header.size), max(header.size)) if portrait else (max(header.size), min(header.size))
    _check_aspect(size, annotated_size, name)
    if header is None:
        pixels = _shrink(pixels, _reduction(needed_scale / _file_scale(size, annotated_size), largest=64))
        size = pixels.shape[1::-1]
    return DecodedImage(pixels, (size[0] / annotated_size[0] / reduction, size[1] / annotated_size[1] / reduction))


def load_image(
    path: str, annotated_size: tuple[int, int], needed_scale: float, backend_args: dict | None = None
) -> DecodedImage:
    """Read and decode an image file; see :func:`decode_image`.

    Raises:
        BrokenImageError: the file is missing or unreadable, or :func:`decode_image` refuses it.
    """
    try:
        data = fileio.get(path, backend_args)
    except OSError as error:
        raise BrokenImageError(path, str(error.strerror or error)) from None
    if len(data) == 0:
        raise BrokenImageError(path, "empty file")
    return decode_image(data, annotated_size, needed_scale, path)
