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
    """Finds images by their file's name, with or without its suffix: the whole of it, or the last parts of its path.

    Args:
        file_names: M normalised file names.
        where: what they are the images of, in errors.
    """

    def __init__(self, file_names: Sequence[str], where: str = "the annotation file") -> None:
        self._where = where
        self._exact: dict[str, int] = {}
        self._whole: dict[str, list[int]] = {}
        self._tails: dict[str, list[int]] = {}
        paths = [PurePosixPath(name.replace("\\", "/")) for name in file_names]
        # One folder before all names, as some tools export them, tells nothing.
        in_one_folder = len(paths) > 1 and len({path.parent for path in paths}) == 1 and len(paths[0].parts) > 1
        for row, path in enumerate(paths):
            self._exact[str(path)] = row
            alone = path.with_suffix("") if path.name else path
            for key in {str(path), str(alone)}:
                self._whole.setdefault(key, []).append(row)
                if in_one_folder:
                    self._whole.setdefault(PurePosixPath(key).name, []).append(row)
                parts = PurePosixPath(key).parts
                for first in range(1, len(parts)):
                    self._tails.setdefault(str(PurePosixPath(*parts[first:])), []).append(row)

    def find(self, name: str) -> int:
        """The row of the image that a name belongs to.

        Of two paths the longer must end with the whole of the shorter: ``/data/val/game 1/000000.jpg`` is the image
        ``game 1/000000.jpg``, as is ``000000.jpg``; ``game 2/000000.jpg`` is not.

        Raises:
            ValueError: it fits no image, or two.
        """
        parts = PurePosixPath(name.replace("\\", "/")).parts
        for first in range(len(parts)):
            key = str(PurePosixPath(*parts[first:]))
            if key in self._exact:
                return self._exact[key]
            rows = self._whole.get(key) or (self._tails.get(key, []) if first == 0 else [])
            if len(rows) > 1:
                raise ValueError(f"image {name!r} fits {len(rows)} images; name its folder")
            if rows:
                return rows[0]
        raise ValueError(f"image {name!r} is not in {self._where}")
