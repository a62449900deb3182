"""Whether a file or folder can be written, before the work whose result it is to hold."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from mmsynloc.utils.errors import UserError

__all__ = ["check_file", "check_folder", "is_stream"]

_OPEN_STREAMS = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")
"""Files that the process has open already: a new file in their place would never reach who reads them."""

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
        UserError: it is a folder, a named pipe or the like, its name is too long, or the folder that it is to lie in
            cannot be made or written.
    """
    if str(path) == "" or os.path.isdir(path):
        raise UserError(f"{what} {str(path)!r}: a folder, not a file")
    where = f"{what} {path}"
    if is_stream(path, where):
        return
    _try_to_write(Path(path).parent, where)
    if len(os.fsencode(Path(path).name)) > _LONGEST_NAME:
        raise UserError(f"{where}: its name is longer than {_LONGEST_NAME} bytes")


def is_stream(path: str | Path, where: str | None = None) -> bool:
    """Whether content goes into what is there, as into ``/dev/stdout`` and ``/dev/null``, and is not put in its place.

    Args:
        path: the file, which need not exist.
        where: what to call it in errors.

    Raises:
        UserError: it can be neither.
    """
    if str(path).startswith(_OPEN_STREAMS):
        return True
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):  # what is wrong with it shows when it is written
        return False
    if stat.S_ISDIR(mode):
        raise UserError(f"{where or path}: cannot be written: a folder, not a file")
    if not stat.S_ISREG(mode) and not stat.S_ISCHR(mode):
        raise UserError(f"{where or path}: cannot be written: a pipe, socket or disk, not a file")
    return stat.S_ISCHR(mode)


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
