"""What the results of a run depend on, so that ``--resume`` never joins two runs with different ones."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from mmsynloc.files.camera_kinds import LENS_NAME, MATRIX_NAME, camera_files

__all__ = ["digest", "stamp"]


def digest(texts: Iterable[str]) -> str:
    """A short name for a list of texts."""
    joined = "\n".join(texts).encode("utf-8", "surrogatepass")
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()[:16]


def stamp(path: str | Path) -> str:
    """How a file, or the camera files in a folder, can be told from their later versions: by size and time.

    Args:
        path: what is not a file or folder, such as an address, is taken by its name.
    """
    path = Path(path)
    if os.path.isdir(path):
        files = camera_files(path)  # not what this run writes there
        return f"{len(files)} files, {digest(f'{file.relative_to(path)}: {stamp(file)}' for file in files)}"
    if not os.path.isfile(path):
        return str(path)
    files = [path, path.with_name(MATRIX_NAME)] if path.name == LENS_NAME else [path]
    stats = [file.stat() for file in files if file.is_file()]
    return "; ".join(f"{stat.st_size} bytes, {stat.st_mtime_ns}" for stat in stats)
