"""Image files: reading them at the resolution that suffices, and writing them.

Orientation tags are ignored wherever an image is read, since labels hold for the pixels as they are stored.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from PIL import Image

from mmsynloc.files.image_header import ORIENTATION_TAG, read_header
from mmsynloc.files.jpeg import decode_jpeg, is_jpeg, parse_jpeg
from mmsynloc.files.names import IMAGE_SUFFIXES
from mmsynloc.files.png import find_png_gap
from mmsynloc.structures.image_shape import same_shape
from mmsynloc.utils import UserError, atomic_write

__all__ = [
    "BrokenImageError",
    "DecodedImage",
    "check_shape",
    "decode_image",
    "decode_pixels",
    "images_in",
    "load_image",
    "read_image",
    "write_image",
]

_TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # the last two of BigTIFF
_UNDO_ORIENTATION: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: np.rot90,
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: lambda pixels: np.rot90(pixels, -1),
}
"""By orientation tag, what undoes its turn."""

_REDUCED_FLAGS = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


class BrokenImageError(Exception):
    """An image file that is missing, truncated, damaged, undecodable or of another shape.

    Args:
        path: the file.
        reason: what is wrong with it.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class DecodedImage(NamedTuple):
    """Pixels and their exact resolution.

    Args:
        pixels: (H, W, 3) uint8, BGR.
        scale: pixels per annotated pixel along x and y; ``x' = (x + 0.5) * scale - 0.5``.
    """

    pixels: np.ndarray
    scale: tuple[float, float]


def images_in(folder: Path, below: bool = False) -> list[Path]:
    """The image files of a folder by name, without hidden ones, such as macOS leaves on other disks.

    Args:
        folder: the folder.
        below: also those of the folders in it.

    Raises:
        OSError: a folder cannot be read.
    """
    found = []
    for parent, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if below and not name.startswith(".")]
        found += [Path(parent, name) for name in files if not name.startswith(".")]
    return sorted(path for path in found if path.suffix.lower() in IMAGE_SUFFIXES)


def _raise(error: OSError) -> None:
    raise error


def decode_pixels(data: bytes, name: str, reduction: int = 1, thorough: bool = False) -> np.ndarray:
    """Decode a file's bytes; an orientation tag is ignored.

    Args:
        data: the file.
        name: what to call it in errors.
        reduction: 1, 2, 4 or 8, by which a JPEG is shrunk while it is decoded; other formats keep their size.
        thorough: look for all damage, see :func:`~mmsynloc.files.jpeg.decode_jpeg`.

    Returns:
        (H, W, 3) uint8, BGR.

    Raises:
        BrokenImageError: the file is truncated, damaged or undecodable.
    """
    if not data:
        raise BrokenImageError(name, "empty file")
    if is_jpeg(data):
        header = parse_jpeg(data)
        if header is None:
            raise BrokenImageError(name, "broken JPEG header")
        pixels, fault = decode_jpeg(data, header, _REDUCED_FLAGS[reduction], thorough)
    else:
        pixels, fault = _decode_other(data)
    if pixels is None or fault is not None:
        raise BrokenImageError(name, fault or "not a readable image")
    return pixels


def _decode_other(data: bytes) -> tuple[np.ndarray | None, str | None]:
    fault = find_png_gap(data)
    if fault is not None:
        return None, fault
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        pixels = None
    if pixels is None:
        return None, "not a readable image"
    return (_turned_back(pixels, data) if data.startswith(_TIFF_MARKS) else pixels), None


def _turned_back(pixels: np.ndarray, data: bytes) -> np.ndarray:
    """The pixels of a TIFF as they are stored, where OpenCV has followed its orientation tag."""
    undo = _UNDO_ORIENTATION.get(read_header(BytesIO(data)).orientation)
    return np.ascontiguousarray(undo(pixels)) if undo is not None and _turns_tiffs() else pixels


@cache
def _turns_tiffs() -> bool:
    """Whether this OpenCV follows the tag of TIFFs although it is told not to, as 5.0 does."""
    tag, file = Image.Exif(), BytesIO()
    tag[ORIENTATION_TAG] = 3
    Image.fromarray(np.array([[0, 255]], np.uint8)).save(file, "TIFF", exif=tag)
    found = cv2.imdecode(np.frombuffer(file.getvalue(), np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    return bool(found is not None and found[0, 0, 0] == 255)


def read_image(path: str | Path) -> np.ndarray:
    """Read an image file in full, for pictures and single predictions.

    Returns:
        (H, W, 3) uint8, BGR.

    Raises:
        UserError: the file is missing or broken.
    """
    try:
        return decode_pixels(_read_bytes(str(path)), str(path))
    except BrokenImageError as error:
        raise UserError(str(error)) from None


def write_image(path: str | Path, pixels: np.ndarray, flags: Sequence[int] = ()) -> int:
    """Write an image, atomically; the format follows the suffix, and is PNG without one.

    Args:
        path: the file.
        pixels: (H, W, 3) uint8, BGR.
        flags: OpenCV's flags for writing, for example the quality.

    Returns:
        The size of the file in bytes.

    Raises:
        UserError: OpenCV does not know the suffix, or the file cannot be written.
    """
    suffix = Path(path).suffix or ".png"
    try:
        data = cv2.imencode(suffix, pixels, list(flags))[1].tobytes()
    except cv2.error:
        raise UserError(f"{path}: cannot be written as an image: unknown suffix {suffix!r}") from None
    with atomic_write(path) as temporary:
        temporary.write_bytes(data)
    return len(data)


def _read_bytes(path: str, backend_args: dict[str, Any] | None = None) -> bytes:
    try:
        if backend_args is None and "://" not in path:
            return Path(path).read_bytes()
        from mmengine import fileio  # not reached by the tools that start without MMEngine

        return fileio.get(path, backend_args)
    except OSError as error:
        raise BrokenImageError(path, str(error.strerror or error)) from None


def load_image(
    path: str, annotated_size: tuple[int, int], needed_scale: float, backend_args: dict[str, Any] | None = None
) -> DecodedImage:
    """Read and decode an image file; see :func:`decode_image`.

    Raises:
        BrokenImageError: the file is missing or unreadable, or :func:`decode_image` refuses it.
    """
    return decode_image(_read_bytes(path, backend_args), annotated_size, needed_scale, path)


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
        BrokenImageError: the file is truncated, damaged, undecodable, or of another shape.
    """
    header = parse_jpeg(data)
    if header is not None:
        check_shape(header.size, annotated_size, name)
        reduction = _reduction(needed_scale / _file_scale(header.size, annotated_size))
        pixels, (width, height) = decode_pixels(data, name, reduction), header.size
    else:
        pixels, reduction = decode_pixels(data, name), 1
        check_shape(pixels.shape[1::-1], annotated_size, name)
        file_scale = _file_scale(pixels.shape[1::-1], annotated_size)
        pixels = _shrink(pixels, _reduction(needed_scale / file_scale, largest=64))
        height, width = pixels.shape[:2]
    return DecodedImage(pixels, (width / annotated_size[0] / reduction, height / annotated_size[1] / reduction))


def _reduction(needed: float, largest: int = 8) -> int:
    """The largest power of two that leaves at least ``needed`` decoded pixels per file pixel."""
    reduction = 1
    # A billionth of slack: 960 / 3840 * 4 must not fall below 1 by a rounding error.
    while reduction < largest and needed * reduction * 2 <= 1 + 1e-9:
        reduction *= 2
    return reduction


def check_shape(size: tuple[int, ...], annotated_size: tuple[int, int], name: str) -> None:
    """Make sure that an image has the annotated shape, at whatever resolution.

    Args:
        size: ``(width, height)`` of the image.
        annotated_size: the one that labels and camera refer to.
        name: what to call the image.

    Raises:
        BrokenImageError: it has another shape.
    """
    if not same_shape(size, annotated_size):
        shapes = "{}x{}, annotated as {}x{}".format(*size, *annotated_size)
        fitting = f"{size[0]}x{round(size[0] * annotated_size[1] / annotated_size[0])}"
        raise BrokenImageError(name, f"image is {shapes}: not the same shape, which would be {fitting}")


def _file_scale(size: tuple[int, ...], annotated_size: tuple[int, int]) -> float:
    return min(size[0] / annotated_size[0], size[1] / annotated_size[1])


def _shrink(pixels: np.ndarray, factor: int) -> np.ndarray:
    """Shrink formats that cannot be decoded at a reduced size, by averaging."""
    height, width = pixels.shape[:2]
    if factor == 1:
        return pixels
    return cv2.resize(pixels, (round(width / factor), round(height / factor)), interpolation=cv2.INTER_AREA)
