"""Damage of zips: the exceptions, and whether an entry is whole."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

try:
    from lzma import LZMAError
except ImportError:  # a Python without it, whose zipfile refuses such entries
    LZMAError = zipfile.BadZipFile  # type: ignore[misc,assignment]

__all__ = ["ZIP_ERRORS", "find_entry_fault", "unpacking"]

_CHUNK_BYTES = 1 << 20

ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, LZMAError, EOFError, NotImplementedError, RuntimeError),
    UnicodeDecodeError,  # of an entry's name
)
"""What reading a damaged or encrypted zip raises, inside :func:`unpacking`."""


@contextmanager
def unpacking() -> Iterator[None]:
    """Make a BadZipFile of the error that bzip2 has for damaged data, which looks like one of the disk."""
    try:
        yield
    except OSError as error:
        if error.errno is not None:
            raise
        raise zipfile.BadZipFile(str(error)) from None


def find_entry_fault(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, on_bytes: Callable[[int], object] | None = None
) -> Exception | None:
    """Read an entry to its end and compare its checksum.

    Args:
        archive: the open zip.
        entry: of the zip.
        on_bytes: told how many bytes each part has that was read.

    Returns:
        None for a whole entry, else what reading it raised.
    """
    try:
        with unpacking(), archive.open(entry) as file:
            while chunk := file.read(_CHUNK_BYTES):
                if on_bytes is not None:
                    on_bytes(len(chunk))
    except ZIP_ERRORS as error:
        return error
    return None
