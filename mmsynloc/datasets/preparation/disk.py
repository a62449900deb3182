"""Disk space: checked before writing, and reported when it runs out."""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmsynloc.utils import UserError
from mmsynloc.utils.files import is_temporary

__all__ = ["explain_full_disk", "format_bytes", "is_disk_full", "remove_leftovers", "require_space"]

_AT_WORK_S = 60


def format_bytes(count: float) -> str:
    """A number of bytes in units of powers of 1000, as disk sizes are given: ``59.0 GB``."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def require_space(folder: Path, needed: int, purpose: str) -> None:
    """Check that the disk that holds ``folder`` (which may not exist yet) has room.

    Raises:
        UserError: fewer than ``needed`` bytes are free.
    """
    folder = Path(folder).absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if needed > free:
        sizes = f"needs about {format_bytes(needed)}, {format_bytes(free)} are free"
        raise UserError(f"{folder}: not enough disk space: {purpose} {sizes}")


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or what it was raised from, says that disk or quota is used up."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    origin = error.__cause__ or error.__context__
    return origin is not None and is_disk_full(origin)


@contextmanager
def explain_full_disk(folder: Path) -> Iterator[None]:
    """Turn "no space left" inside the block into one clear line.

    Raises:
        UserError: the disk filled up.
    """
    try:
        yield
    except (OSError, UserError) as error:
        if is_disk_full(error):
            line = f"{folder}: the disk is full; make room and run the same command again, it goes on from here"
            raise UserError(line) from None
        raise


def remove_leftovers(folder: Path) -> None:
    """Delete what a killed run left half-written.

    Files of the last minute may be those of another run that is still at work.
    """
    for path in folder.glob(".*") if folder.is_dir() else ():
        if is_temporary(path.name) and path.is_file() and time.time() - path.stat().st_mtime > _AT_WORK_S:
            path.unlink(missing_ok=True)
