"""JPEG files: their structure, and whether the picture in them is whole.

Decoders fill missing data with grey, or decode the rest as other content, and return a picture without an error.
libjpeg reports the damage in a warning, which OpenCV leaves on the process's standard error only. Capturing it there is
exact, but affects the whole process, so for files of the common kind (one scan, no restart markers) the warnings are
captured only where a file shows a sign of damage: a run of zeros in the data, or a last block with exactly the grey of
a missing one.
"""

from __future__ import annotations

import os
import re
import struct
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import cv2
import numpy as np

__all__ = ["JpegHeader", "decode_jpeg", "find_gap", "is_jpeg", "parse_jpeg"]

_START_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_BASELINE, _PROGRESSIVE = {0xC0, 0xC1}, {0xC2, 0xCA}
_START_OF_SCAN, _END_OF_IMAGE, _RESTART_INTERVAL, _HUFFMAN_TABLES = 0xDA, 0xD9, 0xDD, 0xC4
_END_MARKER = b"\xff\xd9"
# What ends the data of a scan: 0xFF, but neither a stuffed one (00), a restart marker (D0 to D7) nor a fill byte (FF).
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_ZEROS = bytes(64)
_MISSING_GREY = 128
_WARNING = re.compile(r"Corrupt JPEG data.*|Premature end of JPEG.*|Inconsistent progression.*")
_CHEAPEST = cv2.IMREAD_REDUCED_COLOR_8 | cv2.IMREAD_IGNORE_ORIENTATION

# Also held while a picture is decoded without capturing: its warning must not be taken for that of another one.
_decoding = threading.Lock()


class JpegHeader(NamedTuple):
    """What stands before the first scan's data.

    Args:
        size: ``(width, height)`` in px.
        components: their ids.
        progressive: whether the coefficients come in several passes.
        scan_offset: byte of the first scan's marker.
        is_plain: one scan of one or three components, Huffman-coded, without restart markers.
        may_have_zeros: whether zero bits are the code of a flat block, so that flat areas are runs of zeros.
    """

    size: tuple[int, int]
    components: tuple[int, ...]
    progressive: bool
    scan_offset: int
    is_plain: bool
    may_have_zeros: bool


def is_jpeg(data: bytes) -> bool:
    """Whether a file begins like a JPEG."""
    return data[:2] == b"\xff\xd8"


def parse_jpeg(data: bytes) -> JpegHeader | None:
    """The header of a JPEG; None for other files and where the markers end early or make no sense."""
    frame, restarts, flat_first = None, 0, True
    for marker, start, end in _segments(data, 2) if is_jpeg(data) else ():
        if end > len(data):
            return None
        if marker in _START_OF_FRAME and end - start >= 6:
            height, width = struct.unpack_from(">HH", data, start + 1)
            frame = marker, (width, height), tuple(data[start + 6 : end : 3])
        elif marker == _RESTART_INTERVAL and end - start == 2:
            (restarts,) = struct.unpack_from(">H", data, start)
        elif marker == _HUFFMAN_TABLES:
            flat_first &= not any(_first_symbols(data[start:end]))
        elif marker == _START_OF_SCAN:
            if frame is None or min(frame[1]) == 0 or end <= start:
                return None
            kind, size, components = frame
            plain = kind in _BASELINE and restarts == 0 and data[start] == len(components) in (1, 3)
            return JpegHeader(size, components, kind in _PROGRESSIVE, start - 4, plain, flat_first)
    return None


def _segments(data: bytes, position: int) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of the content of each segment; the data of a scan is passed over."""
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        if marker == _END_OF_IMAGE:
            return
        (length,) = struct.unpack_from(">H", data, position + 2)
        yield marker, position + 4, position + 2 + length
        position += 2 + length
        if marker == _START_OF_SCAN:
            found = _MARKER.search(data, position)
            position = found.start() if found else len(data)


def _first_symbols(tables: bytes) -> Iterator[int]:
    """What a code of zeros alone means in each Huffman table; 0 is "as the block before" or "nothing more"."""
    while len(tables) > 17:
        yield tables[17]
        tables = tables[17 + sum(tables[1:17]) :]


def find_gap(data: bytes, header: JpegHeader) -> str | None:
    """What the structure lacks: the end, or a scan (those of a progressive file come one after the other).

    Returns:
        None, or what is wrong.
    """
    # Scan data never holds the end marker, so it is found only where the image is complete.
    if data.rfind(_END_MARKER, header.scan_offset) < 0:
        return "truncated JPEG"
    if header.is_plain:
        return None
    return None if _sent_completely(data, header) else "truncated JPEG: scans are missing"


def _sent_completely(data: bytes, header: JpegHeader) -> bool:
    """Whether the scans bring each of the 64 coefficients of each component to its last bit."""
    missing = {component: set(range(64)) for component in header.components}
    for marker, start, end in _segments(data, header.scan_offset):
        content = data[start:end]
        if marker != _START_OF_SCAN or not content or len(content) < 4 + 2 * content[0]:
            continue
        first, last, bits = content[1 + 2 * content[0] :][:3]
        coefficients = range(first, last + 1) if header.progressive else range(64)
        for component in content[1 : 1 + 2 * content[0] : 2]:
            if component in missing and not (header.progressive and bits & 0x0F):
                missing[component].difference_update(coefficients)
    return not any(missing.values())


def decode_jpeg(
    data: bytes, header: JpegHeader, flags: int, thorough: bool = False
) -> tuple[np.ndarray | None, str | None]:
    """Decode a JPEG, and find out whether it was complete; its orientation tag is ignored.

    Args:
        data: the file.
        header: its header.
        flags: OpenCV's flags for reading.
        thorough: capture the warnings also where the file shows no sign of damage, which also finds damage that
            leaves more data than the picture needs.

    Returns:
        The pixels (H, W, 3) uint8 BGR or None, and what is wrong or None.
    """
    buffer = np.frombuffer(data, np.uint8)
    flags |= cv2.IMREAD_IGNORE_ORIENTATION
    fault = find_gap(data, header)
    if fault is not None:
        return None, fault
    zeros = data.find(_ZEROS, header.scan_offset) if header.is_plain else -1
    if zeros >= 0 and not header.may_have_zeros and not _MARKER.search(data, header.scan_offset + 2, zeros):
        return None, "damaged: zeros in place of data"
    if thorough or not header.is_plain:
        return _decode_watched(buffer, flags)
    with _decoding:
        pixels = _decode(buffer, flags)
    if pixels is None:
        return None, "cannot be decoded"
    if zeros >= 0 or (pixels[-1, -1] == _MISSING_GREY).all():
        fault = _decode_watched(buffer, _CHEAPEST)[1]
    return pixels, fault


def _decode(buffer: np.ndarray, flags: int) -> np.ndarray | None:
    try:
        return cv2.imdecode(buffer, flags)
    except cv2.error:
        return None


def _decode_watched(buffer: np.ndarray, flags: int) -> tuple[np.ndarray | None, str | None]:
    with _decoding, _captured_stderr() as captured:
        pixels = _decode(buffer, flags)
    if pixels is None:
        return None, "cannot be decoded"
    return pixels, f"damaged: {captured[0]}" if captured else None


@contextmanager
def _captured_stderr() -> Iterator[list[str]]:
    """Collect libjpeg's warnings, which it writes to file descriptor 2; they are there after the block.

    Other output of the process in the meantime is passed on.
    """
    warnings: list[str] = []
    sys.stderr and sys.stderr.flush()
    with tempfile.TemporaryFile() as file:
        saved = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield warnings
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            file.seek(0)
            for line in file.read().decode(errors="replace").splitlines():
                if found := _WARNING.search(line):
                    warnings.append(found[0])
                else:
                    os.write(2, f"{line}\n".encode())
