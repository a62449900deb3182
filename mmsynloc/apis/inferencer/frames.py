"""Frames out of images, folders, patterns of names, videos, streams and arrays."""

from __future__ import annotations

import glob
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from mmsynloc.files.images import read_image
from mmsynloc.utils import UserError

__all__ = ["Frame", "Problem", "Source", "open_sources", "read_frames"]

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
_ALLOWED_SHORTFALL = 0.01  # of the frames that a container promises: some only estimate them

Wanted = Callable[[int], bool]


@dataclass(frozen=True)
class Frame:
    """One picture.

    Attributes:
        index: its number in the whole input, from 0.
        name: the image's path as given, or the video's with the frame's number: ``match.mp4#120``.
        image: (H, W, 3) uint8 BGR, or the image file.
        time_s: of a video's frame, from its start.
    """

    index: int
    name: str
    image: np.ndarray | Path
    time_s: float | None = None

    def pixels(self) -> np.ndarray:
        """(H, W, 3) uint8 BGR, decoded in full.

        Raises:
            UserError: the file is missing or broken.
        """
        return read_image(self.image) if isinstance(self.image, Path) else self.image


@dataclass(frozen=True)
class Problem:
    """A frame without a result, or a video that ends early: its name and what is wrong, in one line."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


Frames = Generator[Frame | Problem, None, int]


class Source(Protocol):
    """Pictures from one place.

    Attributes:
        total: number of frames as far as it is known before reading.
        live: whether frames are gone once they have been read.
    """

    total: int | None
    live: bool

    def read(self, first: int, wanted: Wanted) -> Frames:
        """Yield the wanted frames, and problems.

        Args:
            first: index of its first frame in the whole input.
            wanted: says by a frame's index whether it is to be decoded.

        Returns:
            The number of all its frames.
        """


class _Files:
    """Image files."""

    live = False

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self.total: int | None = len(paths)

    def read(self, first: int, wanted: Wanted) -> Frames:
        for index, path in enumerate(self.paths, first):
            if wanted(index):
                yield Frame(index, path, Path(path))
        return len(self.paths)


class _Arrays:
    """Pictures in memory; an iterator of them is read once."""

    live = True

    def __init__(self, arrays: Iterable[np.ndarray]) -> None:
        self.arrays = arrays
        self.total = len(arrays) if isinstance(arrays, (list, tuple)) else None

    def read(self, first: int, wanted: Wanted) -> Frames:
        number = 0
        for number, array in enumerate(self.arrays, 1):
            index = first + number - 1
            if wanted(index):
                yield Frame(index, f"array {index}", _checked(array, index))
        return number


def _checked(array: Any, index: int) -> np.ndarray:
    array = np.asarray(array)
    if array.ndim != 3 or array.shape[2] != 3 or array.dtype != np.uint8 or not array.size:
        shape = f"{array.dtype} {array.shape}"
        raise UserError(f"array {index}: a picture is an array (H, W, 3) of uint8, BGR, not {shape}")
    return array


class _Video:
    """A video file, or with ``live`` a stream's address or the number of a USB camera."""

    def __init__(self, name: str, live: bool) -> None:
        self.name, self.live = name, live
        capture = self._open()
        count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        capture.release()
        self.total = None if live or count < 1 else round(count)

    def _open(self) -> cv2.VideoCapture:
        try:
            capture = cv2.VideoCapture(int(self.name) if self.live and self.name.isdigit() else self.name)
        except cv2.error:
            capture = cv2.VideoCapture()
        if not capture.isOpened():
            what = "no stream or camera answers there" if self.live else "cannot be read as a video or an image"
            raise UserError(f"{self.name}: {what}")
        return capture

    def read(self, first: int, wanted: Wanted) -> Frames:
        capture, number, start = self._open(), 0, time.monotonic()
        fps = capture.get(cv2.CAP_PROP_FPS)
        try:
            while capture.grab():
                if wanted(first + number):
                    known, image = capture.retrieve()
                    seconds = time.monotonic() - start if self.live else number / fps if fps > 0 else None
                    name = f"{self.name}#{number}"
                    yield Frame(first + number, name, image, seconds) if known else Problem(name, "is damaged")
                number += 1
        finally:
            capture.release()
        if number == 0:
            yield Problem(self.name, "has no frames")
        elif self.total and self.total - number > max(2, _ALLOWED_SHORTFALL * self.total):
            yield Problem(self.name, f"ends early, after {number} of {self.total} frames")
        return number


def open_sources(inputs: Any) -> list[Source]:
    """Find out what inputs are.

    Args:
        inputs: one of these, or a list: an image file, a folder of images (and of folders), a pattern such as
            ``frames/*.jpg``, a video file, a stream's address (``rtsp://...``), a USB camera's number (``0``), an array
            (H, W, 3) uint8 BGR; or an iterator of arrays.

    Raises:
        UserError: there is no such file, nothing fits a pattern, a folder has no images, or a video or stream cannot
            be opened.
    """
    if isinstance(inputs, (str, Path)):
        inputs = [inputs]
    elif isinstance(inputs, np.ndarray):
        inputs = [inputs] if inputs.ndim == 3 else list(inputs)
    elif not isinstance(inputs, (list, tuple)):
        return [_Arrays(inputs)]
    sources = [source for one in inputs for source in _resolve(one)]
    if not sources:
        raise UserError("no input is named")
    return sources


def _resolve(one: Any) -> Iterator[Source]:
    """What one input stands for."""
    if isinstance(one, np.ndarray):
        yield _Arrays([one])
        return
    name, path = str(one), Path(one)
    if path.is_dir():
        paths = sorted(str(p) for p in path.rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES and p.name[0] != ".")
        if not paths:
            raise UserError(f"{name}: this folder has no images")
        yield _Files(paths)
    elif path.is_file():
        yield _Files([name]) if path.suffix.lower() in IMAGE_SUFFIXES else _Video(name, live=False)
    elif "://" in name or name.isdigit():
        yield _Video(name, live=True)
    elif glob.has_magic(name):
        paths = sorted(glob.glob(name, recursive=True))
        if not paths:
            raise UserError(f"{name}: no file fits this pattern")
        for found in paths:
            yield from _resolve(found)
    else:
        raise UserError(f"{name}: no such file or folder")


def read_frames(sources: Sequence[Source], wanted: Wanted) -> Iterator[Frame | Problem]:
    """The wanted frames of all sources, and the problems, in order."""
    first = 0
    for source in sources:
        first += yield from source.read(first, wanted)
