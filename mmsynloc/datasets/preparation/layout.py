"""The official SynLoc layout: splits, file names, sizes, and where a data set lies."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mmsynloc.files.names import IMAGE_SUFFIXES
from mmsynloc.utils import UserError

__all__ = [
    "ANNOTATED_SIZE",
    "OFFICIAL",
    "OLD_ANNOTATIONS",
    "SPLITS",
    "VERSIONS",
    "OfficialSplit",
    "annotation_path",
    "canonical_split",
    "default_root",
    "image_files",
    "parse_splits",
    "without_images_folder",
    "zip_size",
]

SPLITS = ("train", "val", "test", "challenge")
VERSIONS = ("4K", "fullhd")
ANNOTATED_SIZE = (3840, 2160)
"""Width and height in pixels to which every annotation refers."""

OLD_ANNOTATIONS = "annotations.json"
"""The old layout has ``SPLIT/annotations.json`` beside ``SPLIT/images/NNNNNN.jpg``."""

_ALIASES = {"valid": "val", "validation": "val", "challenge_public": "challenge"}
_TRAIN_ZIP_BYTES = {"4K": 59_000_000_000, "fullhd": 13_000_000_000}
_ANNOTATIONS_ZIP_BYTES = 300_000_000


class OfficialSplit(NamedTuple):
    """How many images and annotations a complete official split has; None: not public."""

    images: int
    annotations: int | None


OFFICIAL = {
    "train": OfficialSplit(42_504, 668_259),
    "val": OfficialSplit(6_777, 109_351),
    "test": OfficialSplit(9_309, 148_164),
    "challenge": OfficialSplit(11_352, None),
}


def canonical_split(name: str) -> str | None:
    """The folder name of a split (``valid`` becomes ``val``), or None for anything else."""
    name = _ALIASES.get(name.lower(), name.lower())
    return name if name in SPLITS else None


def parse_splits(names: Iterable[str]) -> tuple[str, ...]:
    """Canonical names in official order, each once.

    Raises:
        UserError: a name is no split.
    """
    found = set()
    for name in names:
        split = canonical_split(name)
        if split is None:
            raise UserError(f"--split {name}: not one of {', '.join(SPLITS)}")
        found.add(split)
    return tuple(split for split in SPLITS if split in found)


def default_root() -> Path:
    """``SYNLOC_ROOT`` where it is set, else the official place under the working folder."""
    return Path(os.environ.get("SYNLOC_ROOT") or "data/SoccerNet/SpiideoSynLoc")


def annotation_path(root: Path, split: str) -> Path:
    """``annotations/SPLIT.json``; the challenge has a public file without people, ``challenge_public.json``."""
    name = "challenge_public" if split == "challenge" else split
    return Path(root) / "annotations" / f"{name}.json"


def without_images_folder(below: PurePosixPath) -> PurePosixPath:
    """A path below a split's folder of the old layout, as annotations of today's layout name it."""
    return below.relative_to("images") if below.parts[0] == "images" else below


def image_files(folder: Path) -> list[str]:
    """Sorted paths of the images in a folder and its sub-folders, with ``/`` and without the folder's own path.

    Hidden files (half-written ones among them) and hidden folders do not count.
    """
    found, seen = [], set()
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if (real := os.path.realpath(place)) in seen:  # a link to a folder above
            folders.clear()
            continue
        seen.add(real)
        below = Path(place).relative_to(folder).as_posix()
        prefix = "" if below == "." else f"{below}/"
        images = [name for name in names if os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES]
        found += [prefix + name for name in images if not name.startswith(".")]
    return sorted(found)


def zip_size(version: str, name: str) -> int:
    """About how many bytes the zip of a split, or ``annotations``, has.

    Known for train; the other splits are taken in proportion to their images.
    """
    if name == "annotations":
        return _ANNOTATIONS_ZIP_BYTES
    return _TRAIN_ZIP_BYTES[version] * OFFICIAL[name].images // OFFICIAL["train"].images
