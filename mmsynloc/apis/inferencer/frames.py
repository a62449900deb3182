"""Frames out of images, folders, patterns of names, videos, streams and arrays."""

from __future__ import annotations

import glob
import time
from collections.abc import Container, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from mmsynloc.apis.inferencer.run_identity import digest, stamp
from mmsynloc.files.image_probe import image_size, probe_image
from mmsynloc.files.images import IMAGE_SUFFIXES, BrokenImageError, images_in, read_image
from mmsynloc.utils import UserError, undecodable

__all__ = ["Frame", "Problem", "Selection", "Source", "open_sources", "read_frames"]

_LONGEST_NAME = 255  # of a file or folder, on all usual file systems
_ALLOWED_SHORTFALL = 0.01  # of the frames that a container promises: some only estimate them


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

    def size(self) -> tuple[int, int]:
        """``(width, height)`` in px, of a file from its header.

        Raises:
            BrokenImageError: it has none.
        """
        if not isinstance(self.image, Path):
            return self.image.shape[1], self.image.shape[0]
        size = image_size(self.image)
        if size is None:
            raise BrokenImageError(self.name, probe_image(self.image).fault or "not a readable image")
        return size

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


@dataclass(frozen=True)
class Selection:
    """Which frames are taken, by their index.

    Attributes:
        every: take every so many frames.
        max_frames: stop after so many; None for no limit.
        shard: the part of them that is this process's own, from 0.
        shards: number of parts.
        done: frames that need not be read again.
    """

    every: int = 1
    max_frames: int | None = None
    shard: int = 0
    shards: int = 1
    done: Container[int] = ()

    def __post_init__(self) -> None:
        if self.every < 1 or not 0 <= self.shard < self.shards:
            raise ValueError(f"every is {self.every}, shard {self.shard} of {self.shards}")

    def wants(self, index: int) -> bool:
        """Whether a frame is to be decoded."""
        number, rest = divmod(index, self.every)
        return not rest and number % self.shards == self.shard and index not in self.done

    def ends_before(self, index: int) -> bool:
        """Whether neither this frame nor a later one is taken."""
        return self.max_frames is not None and index >= self.max_frames * self.every

    def count(self, total: int) -> int:
        """How many of a total number of frames are taken."""
        taken = -(-total // self.every)
        taken = taken if self.max_frames is None else min(taken, self.max_frames)
        return max(0, -(-(taken - self.shard) // self.shards))


Frames = Generator[Frame | Problem, None, int]


class Source(Protocol):
    """Pictures from one place.

    Attributes:
        total: number of frames as far as it is known before reading.
        live: whether frames are gone once they have been read.
        fps: frames a second; None for images.
        identity: tells the same frames in the same order from others; images may be mended in between.
        paths: its files.
    """

    identity: str
    paths: Sequence[str]
    total: int | None
    live: bool
    fps: float | None

    def read(self, first: int, selection: Selection) -> Frames:
        """Yield the wanted frames, and problems.

        Args:
            first: index of its first frame in the whole input.
            selection: which frames are to be decoded.

        Returns:
            The number of all its frames.
        """


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
    return array


class _Video:
    """A video file, or with ``live`` a stream's address or the number of a USB camera."""

    def __init__(self, name: str, live: bool) -> None:
        self.name, self.live = name, live
        self.identity = "live" if live else stamp(name)
        self.paths: Sequence[str] = () if live else (name,)
        self.total: int | None = None
        self.fps: float | None = None
        if not live:
            capture = self._open()
            self.fps = capture.get(cv2.CAP_PROP_FPS) or None
            self.total = max(round(capture.get(cv2.CAP_PROP_FRAME_COUNT)), 0) or None
            capture.release()

    def _open(self) -> cv2.VideoCapture:
        try:
            capture = cv2.VideoCapture(int(self.name) if self.live and self.name.isdecimal() else self.name)
        except cv2.error:
            capture = cv2.VideoCapture()
        if not capture.isOpened():
            what = "no stream or camera answers there" if self.live else "cannot be read as a video or an image"
            raise UserError(f"{self.name}: {what}")
        return capture

    def read(self, first: int, selection: Selection) -> Frames:
        capture, number, start = self._open(), 0, time.monotonic()
        try:
            while not selection.ends_before(first + number) and capture.grab():
                if selection.wants(first + number):
                    known, image = capture.retrieve()
                    seconds = time.monotonic() - start if self.live else number / self.fps if self.fps else None
                    name = f"{self.name}#{number}"
                    yield Frame(first + number, name, image, seconds) if known else Problem(name, "is damaged")
                number += 1
        finally:
            capture.release()
        if not selection.ends_before(first + number):
            yield from self._shortfall(number)
        return number

    def _shortfall(self, number: int) -> Iterator[Problem]:
        """What is wrong with a video that has ended after so many frames."""
        if number == 0:
            yield Problem(self.name, "has no frames")
        elif self.total and self.total - number > max(2, _ALLOWED_SHORTFALL * self.total):
            yield Problem(self.name, f"ends early, after {number} of {self.total} frames")


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
        inputs = [inputs] if inputs.ndim == 3 else list(inputs)
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
    if path.is_dir():
        paths = [str(image) for image in images_in(path, below=True)]
        if not paths:
            raise UserError(f"{name}: this folder has no images")
        yield _Files(paths, fps)
    elif path.is_file():
        yield _Files([name], fps) if path.suffix.lower() in IMAGE_SUFFIXES else _Video(name, live=False)
    elif "://" in name or name.isdecimal():
        yield _Video(name, live=True)
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
    if "\0" in name or any(len(part) > _LONGEST_NAME for part in name.split("/")):
        return "no name of a file"
    return undecodable(name)


def read_frames(sources: Sequence[Source], selection: Selection) -> Iterator[Frame | Problem]:
    """The selected frames of all sources, and the problems, in order."""
    first = 0
    for source in sources:
        first += yield from source.read(first, selection)
