"""From zips, or a tree elsewhere, to the official layout; every file is written completely or not at all."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from tqdm import tqdm

from mmsynloc.datasets.preparation.archives import find_zip, forget_verified, open_zip, plan_members
from mmsynloc.datasets.preparation.disk import explain_full_disk, remove_leftovers, require_space
from mmsynloc.datasets.preparation.downloading import zip_folder, zip_folders
from mmsynloc.datasets.preparation.layout import (
    OLD_ANNOTATIONS,
    SPLITS,
    VERSIONS,
    annotation_path,
    image_files,
    without_images_folder,
)
from mmsynloc.files.image_probe import image_size
from mmsynloc.utils import UserError, atomic_write
from mmsynloc.utils.file_names import json_files
from mmsynloc.utils.zips import ZIP_ERRORS, unpacking

__all__ = ["extract"]

_WIDTH = {"4K": 3840, "fullhd": 1920}
_CHUNK_BYTES = 1 << 20


class _Item(NamedTuple):
    target: Path
    size: int
    open: Callable[[], IO[bytes]]


def extract(
    root: Path,
    version: str | None = None,
    splits: Sequence[str] | None = None,
    source: Path | None = None,
    progress: bool = True,
) -> Counter:
    """Bring the data set to ``ROOT/{train,val,test,challenge}/NNNNNN.jpg`` and ``ROOT/annotations/*.json``.

    Sub-folders of a split are kept, and the old layout, ``SPLIT/annotations.json`` beside ``SPLIT/images/``, becomes
    today's. Files that are there with the right size are kept, so an interrupted run goes on from there.

    Args:
        root: where the data set goes.
        version: ``4K`` or ``fullhd``; None takes the one whose zips are there.
        splits: canonical names; None takes all that are there.
        source: a folder with the zips, or with an extracted tree, which is copied. None: the download's folder.

    Returns:
        How many files each split, and ``annotations``, now has from this source.

    Raises:
        UserError: nothing to extract, a corrupt or unsafe zip, Full HD mixed with 4K, or too little disk space.
    """
    root = Path(root)
    if source is not None and not Path(source).is_dir():
        raise UserError(f"{source}: no such folder")
    folders, version = _source_folders(root, version, source)
    counts: Counter = Counter()
    origin = source or zip_folder(root, version or "4K")
    for name in ["annotations", *(splits or SPLITS)]:
        archive = find_zip(folders, name)
        if archive is not None:
            counts.update(_extract_zip(archive, root, name, version, progress))
        elif source is not None and (tree := _find_tree(folders, name)) is not None:
            counts.update(_copy_tree(tree, root, name, version, progress))
        if splits and name in splits and not counts[name]:
            tree_hint = f" and no images in {name}/" if source is not None else ""
            raise UserError(f"{name}.zip: not found in {origin}{tree_hint}; download it first")
    if not counts.total():
        tree_hint = f", no annotations/*.json and no images in {'/, '.join(SPLITS)}/" if source is not None else ""
        raise UserError(f"{origin}: no zips to extract{tree_hint}; download them first")
    return +counts


def _source_folders(root: Path, version: str | None, source: Path | None) -> tuple[list[Path], str | None]:
    """Where to look, and which version lies there (None: unknown, any is right)."""
    base = Path(source) if source is not None else root
    if version is None:
        has = [v for v in VERSIONS if any(f.is_dir() and any(f.iterdir()) for f in zip_folders(base, v)[:3])]
        if len(has) > 1:
            raise UserError(f"{base}: has the zips of {' and '.join(has)}; choose one with --version")
        version = has[0] if has else None
    return zip_folders(base, version or "4K"), version


def _find_tree(folders: list[Path], name: str) -> Path | None:
    names = [name] + (["valid"] if name == "val" else [])
    return next((f / n for f in folders for n in names if (f / n).is_dir()), None)


def _extract_zip(path: Path, root: Path, name: str, version: str | None, progress: bool) -> Counter:
    with open_zip(path) as archive:
        members = plan_members(archive, None if name == "annotations" else name)
        items = [_Item(root / m.target, m.info.file_size, partial(archive.open, m.info)) for m in members]
        try:
            with unpacking():
                _require_one_version(root, items, version, path)
            _write(items, root, path.name, progress)
        except ZIP_ERRORS as error:
            forget_verified(path)
            raise UserError(f"{path}: corrupt ({error}); run the download again to fetch it anew") from None
        except OSError as error:  # a name that the file system does not take
            raise UserError(f"{path}: cannot be extracted: {error.strerror}: {str(error.filename)[-80:]}") from None
    return _counts(items, root)


def _open_file(path: Path) -> IO[bytes]:
    return path.open("rb")


def _copy_tree(folder: Path, root: Path, name: str, version: str | None, progress: bool) -> Counter:
    """Copy the annotations, or the images of a split, of an extracted tree; returns how many files of each it has."""
    targets = _annotations_of(folder, root) if name == "annotations" else _images_of(folder, root, name)
    items = [_Item(target, _size_of(f), partial(_open_file, f)) for f, target in targets.items()]
    _require_one_version(root, items, version, folder)
    _write(items, root, str(folder), progress)
    return _counts(items, root)


def _counts(items: list[_Item], root: Path) -> Counter:
    """How many files go to each split, and to ``annotations``."""
    return Counter(item.target.relative_to(root).parts[0] for item in items)


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        link = " (a link to nothing)" if path.is_symlink() else ""
        raise UserError(f"{path}: cannot be read: {error.strerror}{link}") from None


def _annotations_of(folder: Path, root: Path) -> dict[Path, Path]:
    return {path: root / "annotations" / path.name for path in json_files(folder)}


def _images_of(folder: Path, root: Path, split: str) -> dict[Path, Path]:
    """Where each image goes, and in the old layout the annotations."""
    old = folder / OLD_ANNOTATIONS
    if not old.is_file():
        return {folder / name: root / split / name for name in image_files(folder)}
    images = {folder / n: root / split / without_images_folder(PurePosixPath(n)) for n in image_files(folder)}
    return {old: annotation_path(root, split)} | images


def _require_one_version(root: Path, items: list[_Item], version: str | None, origin: Path) -> None:
    """4K and Full HD images have the same names; a mix of both would pass unnoticed."""
    images = [item for item in items if item.target.suffix.lower() != ".json"]
    if not images:
        return
    with images[0].open() as file:
        size = image_size(io.BytesIO(file.read()))
    if size is None:
        raise UserError(f"{origin}: {images[0].target.name} is no image")
    if version is not None and size[0] in _WIDTH.values() and size[0] != _WIDTH[version]:
        raise UserError(f"{origin}: its images have {size[0]}x{size[1]} pixels, which is not --version {version}")
    for split in SPLITS:
        for name in image_files(root / split)[:1]:
            there = image_size(root / split / name)
            if there is not None and there != size:
                raise UserError(
                    f"{root / split}: its images have {there[0]}x{there[1]} pixels, those of {origin} "
                    f"{size[0]}x{size[1]}; keep the versions apart with another --root"
                )


def _is_done(item: _Item) -> bool:
    return item.target.is_file() and item.target.stat().st_size == item.size


def _write(items: list[_Item], root: Path, label: str, progress: bool) -> None:
    todo = [item for item in items if not _is_done(item)]
    for folder in {item.target.parent for item in items}:
        remove_leftovers(folder)
    require_space(root, sum(item.size for item in todo), f"{label}")
    bar = tqdm(total=len(items), initial=len(items) - len(todo), desc=label, unit="file", disable=not progress)
    with bar, explain_full_disk(root):
        for item in todo:
            with atomic_write(item.target) as temporary, item.open() as reader, temporary.open("wb") as writer:
                for chunk in _chunks(reader):
                    writer.write(chunk)
                if writer.tell() != item.size:
                    raise zipfile.BadZipFile(f"{item.target.name} is cut short")
            bar.update()


def _chunks(reader: IO[bytes]) -> Iterator[bytes]:
    with unpacking():
        while chunk := reader.read(_CHUNK_BYTES):
            yield chunk
