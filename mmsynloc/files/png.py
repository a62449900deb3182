"""Whether a PNG file is whole."""

from __future__ import annotations

import zlib

__all__ = ["find_png_gap"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def find_png_gap(data: bytes) -> str | None:
    """What is wrong with the chunks of a PNG; None for a whole one and for other formats."""
    if not data.startswith(_SIGNATURE):
        return None
    position = len(_SIGNATURE)
    while position + 12 <= len(data):
        length, name = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        end = position + 8 + length
        if end + 4 <= len(data) and zlib.crc32(data[position + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            return "damaged PNG"
        if name == b"IEND":
            return None
        position = end + 4
    return "truncated PNG"
