"""Frames, which of them are taken, and what gives them."""

from __future__ import annotations

from collections.abc import Container, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from mmsynloc.files.image_probe import image_size, probe_image
from mmsynloc.files.images import BrokenImageError, read_image

__all__ = ["Frame", "Frames", "Problem", "Selection", "Source", "read_frames"]


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


def read_frames(sources: Sequence[Source], selection: Selection) -> Iterator[Frame | Problem]:
    """The selected frames of all sources, and the problems, in order."""
    first = 0
    for source in sources:
        first += yield from source.read(first, selection)
