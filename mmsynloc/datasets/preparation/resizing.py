"""Smaller copies of the images, exact at the pixel centres, so that training decodes a fraction of the pixels.

Annotations are copied unchanged: the camera model does not depend on the resolution, and loading moves labels to
the file's size by ``x' = (x + 0.5) * s - 0.5``.
"""

from __future__ import annotations

import math
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import cv2
from tqdm import tqdm

from mmsynloc.datasets.preparation.disk import explain_full_disk, remove_leftovers, require_space
from mmsynloc.datasets.preparation.layout import SPLITS, image_files
from mmsynloc.files import read_json
from mmsynloc.files.image_probe import image_size, probe_image
from mmsynloc.files.images import BrokenImageError, decode_pixels, write_image
from mmsynloc.utils import UserError, atomic_write, dump_json, parallel_map
from mmsynloc.utils.file_names import json_files

__all__ = ["MANIFEST_NAME", "ResizeSummary", "default_output", "resize", "resize_image", "target_size"]

MANIFEST_NAME = "resize.json"
_JPEG_SUFFIXES = (".jpg", ".jpeg")
_SAMPLE = 25  # images that say which size is usual


class ResizeSummary(NamedTuple):
    """``written`` and ``kept`` images, and one line for each image that could not be read."""

    written: int
    kept: int
    faults: list[str]


def default_output(root: Path, width: int) -> Path:
    """Beside the data set: ``SpiideoSynLoc_1280``."""
    root = Path(root).absolute()
    return root.with_name(f"{root.name}_{width}")


def target_size(size: tuple[int, int], width: int) -> tuple[int, int]:
    """(width, height) of the copy, in exactly the aspect ratio of ``size``.

    Raises:
        ValueError: the copy would be larger, or its height no whole number of pixels.
    """
    step = size[0] // math.gcd(*size)
    if width > size[0]:
        raise ValueError(f"the image is only {size[0]} pixels wide")
    if width < 1 or width % step:
        below = max(width // step, 1) * step
        raise ValueError(f"{width} keeps no exact aspect ratio; take {below} or {below + step}")
    return width, width * size[1] // size[0]


def _reduction(path: Path, size: tuple[int, int], target: tuple[int, int]) -> int:
    """The largest reduction of JPEG decoding that is exact (whole pixels) and still has every pixel of the target."""
    for factor in (8, 4, 2) if path.suffix.lower() in _JPEG_SUFFIXES else ():
        if size[0] % factor == 0 and size[1] % factor == 0 and size[0] // factor >= target[0]:
            return factor
    return 1


def resize_image(source: Path, target: Path, new_size: tuple[int, int], quality: int = 95) -> str | None:
    """Write the copy of one image, ``new_size`` = (width, height).

    JPEG decoding at 1/2, 1/4 or 1/8 averages blocks of pixels, and INTER_AREA averages the rest, so that the centre
    of a pixel goes to ``(x + 0.5) * s - 0.5``.

    Returns:
        None, or why the image cannot be copied.

    Raises:
        UserError: the copy cannot be written.
    """
    size, fault, _ = probe_image(source)
    if size is None or fault is not None:
        return fault
    if size[0] * new_size[1] != size[1] * new_size[0] or size[0] < new_size[0]:
        return f"its {size[0]}x{size[1]} pixels do not fit a copy of {new_size[0]}x{new_size[1]}"
    try:
        image = decode_pixels(source.read_bytes(), str(source), _reduction(source, size, new_size), thorough=True)
    except BrokenImageError as error:
        return error.reason
    if image.shape[1::-1] != new_size:
        image = cv2.resize(image, new_size, interpolation=cv2.INTER_AREA)
    # full chroma: shirts a few pixels wide keep their colour
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    write_image(target, image, flags if target.suffix.lower() in _JPEG_SUFFIXES else ())
    return None


def _resize_named(task: tuple[Path, Path], new_size: tuple[int, int], quality: int) -> str | None:
    cv2.setNumThreads(1)  # the processes share the cores already
    fault = resize_image(*task, new_size, quality)
    return f"{task[0]}: {fault}" if fault else None


def resize(
    root: Path,
    width: int,
    out: Path | None = None,
    splits: Sequence[str] = SPLITS,
    quality: int = 95,
    workers: int | None = None,
    progress: bool = True,
) -> ResizeSummary:
    """Write copies of a data set's images at one width, with its annotations and a manifest (``resize.json``).

    Sub-folders are kept. Copies that are there are kept, so an interrupted run goes on from there.

    Args:
        root: the data set to read.
        width: of the copies, in pixels; the height keeps the aspect ratio exactly.
        out: the new data set's folder; None: :func:`default_output`.
        splits: canonical names; those that are not there are left out.
        quality: JPEG quality, 1 to 100.
        workers: processes; None: one a core.

    Raises:
        UserError: no images, a width that does not fit, or ``out`` holds copies of other parameters.
    """
    root, out = Path(root), Path(out) if out is not None else default_output(root, width)
    images = {split: names for split in splits if (names := image_files(root / split))}
    if not images:
        raise UserError(f"{root}: no images in {', '.join(splits)}")
    if out.resolve() == root.resolve() or any(
        out.resolve().is_relative_to((root / name).resolve()) for name in (*SPLITS, "annotations")
    ):
        raise UserError(f"{out}: the copies need a folder of their own")
    manifest = _start_manifest(root, out, images, width, quality)
    _copy_annotations(root, out)
    pairs = [(root / s / n, out / s / n) for s, names in images.items() for n in names]
    for folder in {target.parent for _, target in pairs}:
        remove_leftovers(folder)
    size = tuple(manifest["image_size"])
    todo = [pair for pair in pairs if probe_image(pair[1])[:2] != (size, None)]
    require_space(out, int(len(todo) * size[0] * size[1] * 0.6), "the copies")  # bytes a pixel, at quality 95
    faults = _run(todo, partial(_resize_named, new_size=size, quality=quality), workers, out, progress)
    manifest["splits"] = manifest["splits"] | {split: len(image_files(out / split)) for split in images}
    dump_json(manifest | {"complete": not faults}, out / MANIFEST_NAME, indent=2)
    return ResizeSummary(len(todo) - len(faults), len(pairs) - len(todo), faults)


def _usual_size(paths: Sequence[Path]) -> tuple[int, int] | None:
    """The size that most of the first readable images have; None where none is readable."""
    sizes = (size for path in paths if (size := image_size(path)) is not None)
    counted = Counter(islice(sizes, _SAMPLE)).most_common(1)
    return counted[0][0] if counted else None


def _start_manifest(root: Path, out: Path, images: dict[str, list[str]], width: int, quality: int) -> dict:
    """The manifest of this run, written as incomplete; refuses a folder whose copies were made otherwise."""
    original = _usual_size([root / split / name for split, names in images.items() for name in names])
    if original is None:
        raise UserError(f"{root}: holds no readable image in {', '.join(images)}")
    try:
        new_size = target_size(original, width)
    except ValueError as error:
        raise UserError(f"--width {width}: {error}") from None
    path = out / MANIFEST_NAME
    wanted = {"image_size": list(new_size), "original_size": list(original), "jpeg_quality": quality}
    old = read_json(path) if path.exists() else {}
    if not isinstance(old, dict) or not isinstance(old.get("splits", {}), dict):
        raise UserError(f"{path}: is no manifest of resized copies; take another --out")
    if any(key in old and old[key] != value for key, value in wanted.items()):
        raise UserError(f"{path}: the copies there were made with other parameters; take another --out")
    if not old and any(image_files(out / s) for s in SPLITS):
        raise UserError(f"{out}: holds images that are no resized copies; take another --out")
    rule = "x' = (x + 0.5) * s - 0.5"
    manifest = wanted | {
        "interpolation": "area",
        "pixel_rule": rule,
        "splits": old.get("splits", {}),
        "complete": False,
    }
    dump_json(manifest, path, indent=2)
    return manifest


def _copy_annotations(root: Path, out: Path) -> None:
    for path in json_files(root / "annotations"):
        target = out / "annotations" / path.name
        if target.exists():
            old, new = target.stat(), path.stat()
            if old.st_size == new.st_size and old.st_mtime_ns >= new.st_mtime_ns:
                continue
        with explain_full_disk(out), atomic_write(target) as temporary:
            shutil.copyfile(path, temporary)


def _run(todo: list, function: partial, workers: int | None, out: Path, progress: bool) -> list[str]:
    bar = tqdm(total=len(todo), desc="resizing", unit="image", disable=not progress)
    results = closing(parallel_map(function, todo, workers or os.cpu_count() or 1))
    with bar, explain_full_disk(out), results as found:
        faults = []
        for fault in found:
            bar.update()
            if fault is not None:
                faults.append(fault)
    return faults
