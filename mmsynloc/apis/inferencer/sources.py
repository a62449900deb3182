"""What inputs are: images, folders, patterns of names, videos, streams and arrays."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.apis.inferencer.frames import Frame, Frames, Problem, Selection, Source
from mmsynloc.apis.inferencer.run_identity import digest
from mmsynloc.apis.inferencer.video import Video
from mmsynloc.files.images import images_in
from mmsynloc.files.names import IMAGE_SUFFIXES
from mmsynloc.utils import UserError, undecodable

__all__ = ["open_sources"]

_LONGEST_NAME = 255  # bytes of a file's or folder's name, on all usual file systems


class _Files:
    """Image files."""

    live = False

    def __init__(self, paths: Sequence[str], fps: float | None) -> None:
        self.paths, self.fps = paths, fps
        self.identity = f"{len(paths)} images, {digest(paths)}"
        self.total: int | None = len(paths)

    def read(self, first: int, selection: Selection) -> Frames:
        for index, path in enumerate(self.paths, first):
            if selection.ends_before(index):
                break
            if selection.wants(index):
                time_s = (index - first) / self.fps if self.fps else None
                wrong = _wrong_name(path)
                yield Problem(ascii(path), wrong) if wrong else Frame(index, path, Path(path), time_s)
        return len(self.paths)


class _Arrays:
    """Pictures in memory; an iterator of them is read once."""

    live = True
    fps: float | None = None
    identity = "arrays"
    paths: Sequence[str] = ()

    def __init__(self, arrays: Iterable[np.ndarray]) -> None:
        self.arrays = arrays
        self.total = len(arrays) if isinstance(arrays, (list, tuple)) else None

    def read(self, first: int, selection: Selection) -> Frames:
        number = 0
        for array in self.arrays:
            index = first + number
            if selection.ends_before(index):
                break
            if selection.wants(index):
                yield Frame(index, f"array {index}", _checked(array, index))
            number += 1
        return number


def _checked(array: Any, index: int) -> np.ndarray:
    array = np.asarray(array)
    if array.ndim != 3 or array.shape[2] != 3 or array.dtype != np.uint8 or not array.size:
        shape = f"{array.dtype} {array.shape}"
        raise UserError(f"array {index}: a picture is an array (H, W, 3) of uint8, BGR, not {shape}")
    return np.ascontiguousarray(array)  # torch takes no view that runs backwards, such as RGB made BGR


def open_sources(inputs: Any, fps: float | None = None) -> list[Source]:
    """Find out what inputs are.

    Args:
        inputs: one of these, or a list: an image file, a folder of images (and of folders), a pattern such as
            ``frames/*.jpg``, a video file, a stream's address (``rtsp://...``), a USB camera's number (``0``), an array
            (H, W, 3) uint8 BGR; or an iterator of arrays.
        fps: frames a second of images that are a sequence in time; videos have their own.

    Raises:
        UserError: there is no such file, nothing fits a pattern, a folder has no images, or a video or stream cannot
            be opened.
    """
    if isinstance(inputs, (str, Path)):
        inputs = [inputs]
    elif isinstance(inputs, np.ndarray):
        inputs = list(inputs) if inputs.ndim == 4 else [inputs]
    elif not isinstance(inputs, (list, tuple)):
        return [_Arrays(inputs)]
    sources = list(_joined(source for one in inputs for source in _resolve(one, fps)))
    if not sources:
        raise UserError("no input is named")
    return sources


def _joined(sources: Iterable[Source]) -> Iterator[Source]:
    """Image files that are named one by one, as a shell expands a pattern, are one sequence."""
    for is_file, run in groupby(sources, lambda source: isinstance(source, _Files) and len(source.paths) == 1):
        if not is_file:
            yield from run
            continue
        files = [source for source in run if isinstance(source, _Files)]
        yield _Files([path for source in files for path in source.paths], files[0].fps)


def _resolve(one: Any, fps: float | None) -> Iterator[Source]:
    """What one input stands for."""
    if isinstance(one, np.ndarray):
        yield _Arrays([one])
        return
    name, path = str(one), Path(one)
    wrong = _wrong_name(name)
    if wrong:
        raise UserError(f"{name!a}: {wrong}")
    if os.path.isdir(path):  # pathlib's own raises for a name that no file system has
        paths = [str(image) for image in images_in(path, below=True)]
        if not paths:
            raise UserError(f"{name}: this folder has no images")
        yield _Files(paths, fps)
    elif os.path.isfile(path):
        yield _Files([name], fps) if path.suffix.lower() in IMAGE_SUFFIXES else Video(name, live=False)
    elif "://" in name or name.isdecimal():
        yield Video(name, live=True)
    elif glob.has_magic(name):
        paths = sorted(glob.glob(name, recursive=True))
        if not paths:
            raise UserError(f"{name}: no file fits this pattern")
        videos = [path for path in paths if Path(path).suffix.lower() not in IMAGE_SUFFIXES]
        if videos:
            yield from (source for path in paths for source in _resolve(path, fps))
        else:
            yield _Files(paths, fps)
    else:
        raise UserError(f"{name}: no such file or folder")


def _wrong_name(name: str) -> str | None:
    """Why a name is refused before a file is looked for; OpenCV's reader of videos crashes on some."""
    if not name:
        return "an empty name"
    too_long = "://" not in name and any(
        len(part.encode("utf-8", "surrogatepass")) > _LONGEST_NAME for part in name.split("/")
    )
    return "no name of a file" if "\0" in name or too_long else undecodable(name)
