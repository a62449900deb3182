"""Names of image files: sub-folders, and which image a name belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

__all__ = ["ImageNames", "normalise_file_name"]


def normalise_file_name(name: str) -> str:
    """A ``file_name`` as a path below the split's folder, with ``/`` also where Windows wrote a backslash.

    Raises:
        ValueError: it is empty, absolute, or leaves the folder.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if not path.parts or "\0" in name:
        raise ValueError("is empty" if not path.parts else "has a null character")
    if path.is_absolute() or ":" in path.parts[0]:
        raise ValueError(f"{name} is absolute; it must lie below the split's folder")
    if ".." in path.parts:
        raise ValueError(f"{name} leaves the split's folder")
    return str(path)


class ImageNames:
    """Finds images by their file's name: the whole of it, its last part, or that without the suffix.

    Args:
        file_names: M normalised file names.
        where: what they are the images of, in errors.
    """

    def __init__(self, file_names: Sequence[str], where: str = "the annotation file") -> None:
        self._where = where
        self._rows: dict[str, list[int]] = {}
        for row, name in enumerate(file_names):
            path = PurePosixPath(name)
            for key in {name, str(path.with_suffix("")), path.name, path.stem}:
                self._rows.setdefault(key, []).append(row)
        self._exact = {name: row for row, name in enumerate(file_names)}

    def find(self, name: str) -> int:
        """The row of the image that a name belongs to.

        Folders before the image's own are passed over, as in ``/data/val/game 1/000000.jpg``.

        Raises:
            ValueError: it fits no image, or two.
        """
        parts = PurePosixPath(name.replace("\\", "/")).parts
        for first in range(len(parts)):
            key = str(PurePosixPath(*parts[first:]))
            if key in self._exact:
                return self._exact[key]
            rows = self._rows.get(key, [])
            if len(rows) > 1:
                raise ValueError(f"image {name!r} fits {len(rows)} images; name its folder")
            if rows:
                return rows[0]
        raise ValueError(f"image {name!r} is not in {self._where}")
