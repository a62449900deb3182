"""Names of image files: sub-folders, and which image a name belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

__all__ = ["IMAGE_SUFFIXES", "ImageNames", "normalise_file_name"]

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
"""Of the files that are taken for images."""


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


def _without_suffix(path: PurePosixPath) -> PurePosixPath:
    """A path without the suffix of an image; other dots belong to the name."""
    return path.with_suffix("") if path.suffix.lower() in IMAGE_SUFFIXES else path


def _spellings(path: PurePosixPath) -> Iterator[PurePosixPath]:
    """The names under which an image may be known, its own first; ``match.mp4#12`` is a frame of ``match.mp4``."""
    yield path
    yield _without_suffix(path)
    video, mark, number = path.name.rpartition("#")
    if mark and video and number.isdigit():
        yield path.with_name(video)
        yield path.with_name(video).with_suffix("")


class ImageNames:
    """Finds images by their file's name: the whole of it, or the last parts of its path.

    An image's suffix may be missing, or be that of another format, on either side. A frame of a video may be known by
    the video's name.

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
            for key in {str(path), str(_without_suffix(path))}:
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
        path = PurePosixPath(name.replace("\\", "/"))
        for spelling in _spellings(path):
            row = self._row(spelling.parts, name)
            if row is not None:
                return row
        raise ValueError(f"image {name!r} is not in {self._where}")

    def _row(self, parts: Sequence[str], name: str) -> int | None:
        for first in range(len(parts)):
            key = str(PurePosixPath(*parts[first:]))
            if key in self._exact:
                return self._exact[key]
            rows = self._whole.get(key) or (self._tails.get(key, []) if first == 0 else [])
            if len(rows) > 1:
                raise ValueError(f"image {name!r} fits {len(rows)} images; name its folder")
            if rows:
                return rows[0]
        return None
