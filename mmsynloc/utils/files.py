"""Writing files aside and renaming them, so that none is ever half-written; reading is in :mod:`mmsynloc.files`."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmsynloc.utils.errors import UserError

__all__ = ["atomic_write", "dump_json"]


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that replaces it on success and vanishes on failure.

    The temporary name keeps the suffix, for writers that choose a format by it.

    Raises:
        UserError: the file cannot be written (no permission, disk full).
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
        os.close(handle)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}") from None
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # mkstemp made it private to the user
        os.replace(temporary, path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)


def dump_json(obj: Any, path: str | Path, indent: int | None = None) -> None:
    """Write ``obj`` as JSON, atomically; NaN and infinity are refused, for no JSON reader takes them.

    Raises:
        UserError: the file cannot be written.
        ValueError: a number is not finite.
    """
    with atomic_write(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        json.dump(obj, file, indent=indent, allow_nan=False)
