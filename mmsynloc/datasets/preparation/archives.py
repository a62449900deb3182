"""Zips of the data set: their integrity, and the file that each entry becomes."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from tqdm import tqdm

from mmsynloc.datasets.preparation.layout import (
    OLD_ANNOTATIONS,
    annotation_path,
    canonical_split,
    without_images_folder,
)
from mmsynloc.files.names import IMAGE_SUFFIXES
from mmsynloc.utils import UserError
from mmsynloc.utils.zips import ZIP_ERRORS, find_entry_fault

__all__ = ["Member", "find_fault", "find_zip", "forget_verified", "open_zip", "plan_members"]


class Member(NamedTuple):
    """One file to extract: the entry, and its path relative to the data set's root."""

    info: zipfile.ZipInfo
    target: Path


def find_zip(folders: list[Path], name: str) -> Path | None:
    """The zip of a split, or ``annotations``, in the first folder that has it (``valid.zip`` counts as val)."""
    names = [f"{name}.zip"] + (["valid.zip"] if name == "val" else [])
    for folder in folders:
        for path in (folder / n for n in names):
            if path.is_file():
                return path
    return None


def _record(path: Path) -> Path:
    return path.with_name(path.name + ".verified")


def _fingerprint(path: Path) -> dict[str, int]:
    status = path.stat()
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns}


def _is_verified(path: Path) -> bool:
    try:
        return json.loads(_record(path).read_text()) == _fingerprint(path)
    except (OSError, ValueError):
        return False


def forget_verified(path: Path) -> None:
    """Make the next :func:`find_fault` read the whole zip again."""
    _record(path).unlink(missing_ok=True)


def _remember_verified(path: Path) -> None:
    with contextlib.suppress(OSError):  # a read-only source is tested again next time, that is all
        _record(path).write_text(json.dumps(_fingerprint(path)))


def find_fault(path: Path, progress: bool = True) -> str | None:
    """Read a zip from end to end and compare every checksum; a zip found whole is remembered and not read twice.

    Returns:
        None for a whole zip, else what is wrong with it.

    Raises:
        UserError: the disk or the rights do not let it be read, which says nothing about the zip.
    """
    if _is_verified(path):
        return None
    try:
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                return "cut short or no zip (its directory is missing)"
            with zipfile.ZipFile(file) as archive:
                fault = _first_bad_entry(archive, path.name, progress)
    except ZIP_ERRORS as error:
        return f"its directory cannot be read ({error})"
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror or error}") from None
    if fault is None:
        _remember_verified(path)
    return fault


def _first_bad_entry(archive: zipfile.ZipFile, name: str, progress: bool) -> str | None:
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    with tqdm(total=total, desc=f"testing {name}", unit="B", unit_scale=True, disable=not progress) as bar:
        for info in infos:
            if (error := find_entry_fault(archive, info, bar.update)) is not None:
                return f"entry {info.filename} is corrupt ({error})"
    return None


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a zip.

    Raises:
        UserError: it is cut short, no zip, or unreadable.
    """
    try:
        return zipfile.ZipFile(path)
    except (*ZIP_ERRORS, OSError) as error:
        raise UserError(f"{path}: cut short or no zip ({error}); run the download again to fetch it anew") from None


def _path(info: zipfile.ZipInfo) -> PurePosixPath:
    """An entry's path; some tools of Windows write backslashes."""
    return PurePosixPath(info.filename.replace("\\", "/"))


def _is_unsafe(info: zipfile.ZipInfo) -> bool:
    parts = _path(info)
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    return is_link or parts.is_absolute() or ".." in parts.parts or ":" in info.filename


def _is_data(info: zipfile.ZipInfo) -> bool:
    path = _path(info)
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return not info.is_dir() and not hidden and path.suffix.lower() in (".json", *IMAGE_SUFFIXES)


def _below_split(path: PurePosixPath, split: str | None) -> tuple[str | None, PurePosixPath]:
    """The split that a path names, else the given one, and the path below the split's folder."""
    for i in reversed(range(len(path.parts) - 1)):
        if named := canonical_split(path.parts[i]):
            return named, PurePosixPath(*path.parts[i + 1 :])
    return split, path


def _without_wrapper(paths: list[PurePosixPath]) -> list[PurePosixPath]:
    """The paths without the folders that all of them share."""
    shared = os.path.commonpath([path.parent for path in paths]) if paths else ""
    return [path.relative_to(shared) for path in paths]


def _targets(paths: list[PurePosixPath], split: str | None) -> list[Path | None]:
    """Where each entry belongs, whatever folders the zip puts around it; None for what is no part of the data set."""
    placed = [_below_split(path, split) for path in paths]
    bare = [below for (_, below), path in zip(placed, paths) if below == path]
    unwrapped = dict(zip(bare, _without_wrapper(bare)))
    placed = [(named, unwrapped.get(below, below)) for named, below in placed]
    old = {named for named, below in placed if str(below) == OLD_ANNOTATIONS}
    return [_target(named, below, named in old) for named, below in placed]


def _target(split: str | None, below: PurePosixPath, old_layout: bool) -> Path | None:
    if below.suffix.lower() == ".json":
        if split is not None and str(below) == OLD_ANNOTATIONS:
            return annotation_path(Path(), split)
        return Path("annotations") / below.name
    if split is None:
        return None
    return Path(split) / (without_images_folder(below) if old_layout else below)


def _data_entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    for info in archive.infolist():
        if _is_unsafe(info):
            what = "is a link" if stat.S_ISLNK(info.external_attr >> 16) else "leaves the folder"
            raise UserError(f"{archive.filename}: entry {info.filename!r} {what}; nothing was extracted")
    infos = [info for info in archive.infolist() if _is_data(info)]
    for info in infos:
        if info.flag_bits & 1:
            raise UserError(f"{archive.filename}: entry {info.filename!r} is encrypted")
    return infos


def plan_members(archive: zipfile.ZipFile, split: str | None) -> list[Member]:
    """Map the entries of a zip to the official layout; sub-folders of a split are kept.

    Args:
        archive: the open zip.
        split: where its images go that do not lie in a folder with a split's name; None for the annotations.

    Raises:
        UserError: an entry is encrypted, a link or would leave the folder, two entries claim one file, or all images
            are those of another split.
    """
    members: list[Member] = []
    seen: dict[Path, str] = {}
    infos = _data_entries(archive)
    for info, target in zip(infos, _targets([_path(info) for info in infos], split)):
        if target is None:
            continue
        if target in seen:
            raise UserError(
                f"{archive.filename}: entries {seen[target]!r} and {info.filename!r} are one file, {target}"
            )
        seen[target] = info.filename
        members.append(Member(info, target))
    if not members:
        raise UserError(f"{archive.filename}: has neither images nor annotations")
    splits = sorted({member.target.parts[0] for member in members} - {"annotations"})
    if split is not None and splits and split not in splits:
        raise UserError(f"{archive.filename}: its images are those of {' and '.join(splits)}, not of {split}")
    return members
