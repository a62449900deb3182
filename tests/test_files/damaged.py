"""JPEG files of every kind and PNG, and ways to damage them."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

KINDS: dict[str, dict] = {
    "baseline": {},
    "optimised": {"optimize": True},
    "full chroma": {"subsampling": 0, "quality": 95},
    "progressive": {"progressive": True},
    "restart markers": {"restart_marker_rows": 1},
    "progressive with restart markers": {"progressive": True, "restart_marker_rows": 1},
}


def picture(size: tuple[int, int] = (641, 363), seed: int = 0) -> Image.Image:
    """Blurred noise; the sides are no multiples of a block's."""
    coarse = np.random.default_rng(seed).integers(0, 255, (size[1] // 12 + 2, size[0] // 12 + 2, 3), dtype=np.uint8)
    return Image.fromarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC))


def jpeg(image: Image.Image | None = None, **options: object) -> bytes:
    """Encoded by Pillow."""
    file = io.BytesIO()
    (image or picture()).save(file, "JPEG", **options)
    return file.getvalue()


def turned(size: tuple[int, int] = (80, 40)) -> bytes:
    """A JPEG that says it should be shown turned."""
    exif = Image.Exif()
    exif[274] = 6
    return jpeg(picture(size), exif=exif)


def png(image: Image.Image) -> bytes:
    """Encoded by OpenCV."""
    return cv2.imencode(".png", np.asarray(image))[1].tobytes()


def scan_bounds(data: bytes) -> tuple[int, int]:
    """First and one past the last byte of all scans."""
    return data.index(b"\xff\xda") + 14, len(data) - 2


def cut(data: bytes, part: float, closed: bool) -> bytes:
    """The file with the first ``part`` of its scans; closed again with an end marker, as some tools do."""
    start, end = scan_bounds(data)
    return data[: start + int((end - start) * part)] + (b"\xff\xd9" if closed else b"")


def zero_filled(data: bytes, part: float, count: int) -> bytes:
    """The file with ``count`` zeros from ``part`` of its scans on, as a lost disk block leaves it."""
    start, end = scan_bounds(data)
    at = start + int((end - start) * part)
    return data[:at] + bytes(min(count, end - at)) + data[min(at + count, end) :]
