"""Whether a file or folder can be written, before the work whose result it is to hold."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from mmsynloc.utils.errors import UserError

__all__ = ["check_file", "check_folder"]

_LONGEST_NAME = 230
"""File systems take 255 bytes, and temporary names add some to that of the file."""


def check_folder(path: str | Path, what: str) -> None:
    """Make sure that files can be written into a folder, which need not exist yet; nothing is left behind.

    Args:
        path: the folder.
        what: the flag or setting that named it, for the message.

    Raises:
        UserError: it is a file, cannot be made, or cannot be written.
    """
    _try_to_write(Path(path), f"{what} {path}")


def check_file(path: str | Path, what: str) -> None:
    """Make sure that a file can be written; nothing is left behind.

    Raises:
        UserError: it is a folder, its name is too long, or the folder that it is to lie in cannot be made or written.
    """
    if str(path) == "" or os.path.isdir(path):
        raise UserError(f"{what} {str(path)!r}: a folder, not a file")
    _try_to_write(Path(path).parent, f"{what} {path}")
    if len(os.fsencode(Path(path).name)) > _LONGEST_NAME:
        raise UserError(f"{what} {path}: its name is longer than {_LONGEST_NAME} bytes")


def _try_to_write(folder: Path, where: str) -> None:
    try:
        existing = folder.expanduser().absolute()
        while not existing.exists():
            existing = existing.parent
        if not existing.is_dir():
            raise UserError(f"{where}: {existing} is a file, not a folder")
        with tempfile.TemporaryFile(dir=existing):  # permission bits do not show it on a read-only disk
            pass
    except (OSError, ValueError) as error:
        raise UserError(f"{where}: cannot be written: {getattr(error, 'strerror', None) or error}") from None
