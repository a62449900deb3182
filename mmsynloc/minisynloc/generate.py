"""Writes a data set in the official layout, in parallel, or keeps the one that is already there."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from mmsynloc.datasets.preparation.layout import SPLITS, annotation_path
from mmsynloc.files import read_json
from mmsynloc.minisynloc.plan import FORMAT_VERSION, Parameters, make_tasks
from mmsynloc.minisynloc.worker import initialise, run_task
from mmsynloc.utils import UserError, dump_json, parallel_map

__all__ = ["DEFAULT_VENUES", "MANIFEST_NAME", "MINI_IMAGES", "GeneratedDataset", "generate", "write_annotations"]

MANIFEST_NAME = "minisynloc.json"
MINI_IMAGES = 8
DEFAULT_VENUES = (24, 12, 6, 4)
SERIAL_IMAGES = 24
CATEGORIES = [{"id": 1, "name": "person"}]


@dataclass(frozen=True)
class GeneratedDataset:
    """The data set at ``root``; ``kept`` says that it was there already, whole and with the same parameters."""

    root: Path
    kept: bool
    num_images: dict[str, int]


def _expected_files(root: Path, num_images: Iterable[int]) -> Iterator[Path]:
    for split, count in zip(SPLITS, num_images):
        yield from _annotation_files(root, split) if count else ()
        yield from (root / split / f"{i:06d}.jpg" for i in range(count))


def _annotation_files(root: Path, split: str) -> Iterator[Path]:
    yield annotation_path(root, split)
    if split == "train":
        yield root / "annotations" / "mini.json"


def _former_counts(manifest: Any) -> list[int] | None:
    """Images in each split of the data set that a manifest describes; None where it is no manifest."""
    try:
        counts = [int(count) for count in manifest["parameters"]["num_images"]]
    except (KeyError, TypeError, ValueError):
        return None
    return counts if len(counts) == len(SPLITS) else None


def _read_manifest(root: Path) -> dict | None:
    """The manifest of a former data set at ``root``; None for a new or empty folder.

    Raises:
        UserError: there is something else.
    """
    if not root.exists():
        return None
    if not root.is_dir():
        raise UserError(f"{root}: is not a folder")
    path = root / MANIFEST_NAME
    if path.exists():
        manifest = read_json(path)
        if _former_counts(manifest) is None:
            raise UserError(f"{path}: is not the manifest of a mini data set")
        return manifest
    if any(root.iterdir()):
        raise UserError(f"{root}: holds files that are not a mini data set; choose an empty or a new folder")
    return None


def _remove_former(root: Path, manifest: dict) -> None:
    """Delete exactly the files that a former run of the generator wrote, or was writing when it was killed."""
    for path in _expected_files(root, _former_counts(manifest) or ()):
        path.unlink(missing_ok=True)
    for split in SPLITS:
        for path in _annotation_files(root, split):  # former versions wrote those of splits without images too
            path.unlink(missing_ok=True)
        for path in (root / split).glob(".[0-9][0-9][0-9][0-9][0-9][0-9]-*.jpg"):
            path.unlink(missing_ok=True)


def _prepare(root: Path, parameters: Parameters, wanted: dict, force: bool) -> bool:
    """Make ``root`` ready; True where the wanted data set is there already, whole.

    Raises:
        UserError: another one is there, and ``force`` is not set.
    """
    manifest = _read_manifest(root)
    if manifest is not None:
        same = all(manifest.get(key) == wanted[key] for key in ("version", "parameters"))
        whole = manifest.get("complete") and all(p.is_file() for p in _expected_files(root, parameters.num_images))
        if same and whole:
            return True
        if not same and not force:
            counts = ", ".join(f"{n} {split}" for n, split in zip(_former_counts(manifest) or (), SPLITS))
            raise UserError(
                f"{root}: holds a mini data set made with other parameters ({counts} images); choose another folder, "
                "or replace it with --force"
            )
        _remove_former(root, manifest)
    dump_json({**wanted, "complete": False}, root / MANIFEST_NAME, indent=1)
    for split, count in zip(SPLITS, parameters.num_images):
        if count:
            (root / split).mkdir(exist_ok=True)
    return False


def _worker_count(workers: int | None, num_images: int) -> int:
    """The requested number; by default all processors, but one for so few images that starting others takes longer."""
    if workers is not None:
        return workers
    return 1 if num_images < SERIAL_IMAGES else os.cpu_count() or 1


def _render(root: Path, parameters: Parameters, workers: int, progress: bool) -> list[tuple[str, dict, list[dict]]]:
    """Write all images; returns what :func:`run_task` does, in any order."""
    run = functools.partial(run_task, root=root, parameters=parameters)
    results = []
    total = sum(parameters.num_images)
    with tqdm(total=total, desc="minisynloc", unit="image", disable=not progress) as bar:
        tasks = make_tasks(parameters, workers)
        found = parallel_map(run, tasks, min(workers, len(tasks)), chunk_size=1, initializer=initialise)
        with closing(found):
            for done in found:
                results += done
                bar.update(len(done))
    return results


def write_annotations(root: Path, results: list[tuple[str, dict, list[dict]]]) -> None:
    """Write the splits' annotation files from (split, image entry, annotations without ids) of each image.

    A split without images gets none: readers refuse a file without images.
    """
    results = sorted(results, key=lambda result: result[1]["id"])
    for split in SPLITS:
        images: list[dict] = []
        annotations: list[dict] = []
        for _, entry, people in (result for result in results if result[0] == split):
            images.append(entry)
            for person in people:
                annotations.append({"id": len(annotations), **person, "image_id": entry["id"], "category_id": 1})
        if not images:
            continue
        content = {"images": images, "annotations": annotations, "categories": CATEGORIES}
        if split == "train":
            few = [a for a in annotations if a["image_id"] < MINI_IMAGES]
            dump_json(
                {**content, "images": images[:MINI_IMAGES], "annotations": few}, root / "annotations" / "mini.json"
            )
        if split == "challenge":
            del content["annotations"]
        dump_json(content, annotation_path(root, split))


def generate(
    out_dir: str | os.PathLike,
    num_train: int,
    num_val: int,
    num_test: int,
    num_challenge: int,
    seed: int = 0,
    image_size: tuple[int, int] = (1920, 1080),
    workers: int | None = None,
    progress: bool = True,
    num_venues: tuple[int, int, int, int] = DEFAULT_VENUES,
    force: bool = False,
    strength: float = 1.0,
    typical: Sequence[str] = (),
) -> GeneratedDataset:
    """Write a data set of rendered matches in the official SynLoc layout.

    The same parameters give the same files, whatever the number of workers. Annotations always refer to 3840x2160.
    A whole data set with the same parameters is kept, an interrupted one is made anew.

    A split without images gets no files.

    Args:
        out_dir: folder to write; it is made where missing.
        num_train: images in ``train``; ``mini.json`` lists the first of them, at most 8.
        num_val: images in ``val``, at the venues of ``train``.
        num_test: images in ``test``, at venues of its own.
        num_challenge: images in ``challenge``, at venues of its own; their annotations are written nowhere.
        seed: any number from 0; another one gives other venues and scenes.
        image_size: width and height of the images, 16:9 and a divisor of 7680x4320.
        workers: processes; None takes all processors, or one for a few images.
        progress: show a progress bar.
        num_venues: venues in train, val, test and challenge; val takes the first ones of train.
        force: replace a mini data set of other parameters.
        strength: of the randomisation of looks, 0 (typical values only) to 1 (the whole ranges).
        typical: groups of :data:`~mmsynloc.minisynloc.randomisation.AXES` that keep their typical values.

    Raises:
        UserError: a parameter is out of range, or ``out_dir`` holds a mini data set of other parameters, or something
            else.
    """
    if isinstance(typical, str):
        raise UserError(f"typical is {typical!r}; a list of groups is needed")
    counts = (int(num_train), int(num_val), int(num_test), int(num_challenge))
    train, val, test, challenge = map(int, num_venues)
    size, groups = (int(image_size[0]), int(image_size[1])), tuple(sorted(set(typical)))
    parameters = Parameters(counts, (train, val, test, challenge), int(seed), size, float(strength), groups)
    parameters.check()
    if workers is not None and workers < 1:
        raise UserError(f"the number of workers is not positive: {workers}")
    root = Path(out_dir)
    wanted = {"version": FORMAT_VERSION, "complete": True, "parameters": parameters.to_dict()}
    kept = _prepare(root, parameters, wanted, force)
    if not kept:
        write_annotations(root, _render(root, parameters, _worker_count(workers, sum(counts)), progress))
        dump_json(wanted, root / MANIFEST_NAME, indent=1)
    return GeneratedDataset(root, kept, dict(zip(SPLITS, counts)))
