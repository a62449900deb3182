"""The frames of a video file or a stream, with their times."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence

import cv2

from mmsynloc.apis.inferencer.frames import Frame, Frames, Problem, Selection
from mmsynloc.apis.inferencer.run_identity import stamp
from mmsynloc.utils import UserError

__all__ = ["Video"]

_ALLOWED_SHORTFALL = 0.01  # of the frames that a container promises: some only estimate them
_MOST_FAILURES = 250  # of the decoder, one after the other: a few keyframes' distance


class _Clock:
    """The times of a video's frames from its first one, in seconds.

    They are those that the video carries, which also hold where its frame rate varies. Where these do not rise, a
    file's frames are taken to be equally far apart, and those of a stream to be taken when they come.

    Args:
        fps: frames a second, if known.
        live: whether it is a stream.
    """

    def __init__(self, fps: float | None, live: bool) -> None:
        self.fps, self.live = fps, live
        self._start = time.monotonic()
        self._first = self._last = -math.inf  # of the video's own times
        self._rises = True
        self._from = (0, 0.0)  # the frame that others are counted from, and its time

    def tick(self, stamp_s: float, number: int, misses: int) -> tuple[float | None, int]:
        """The next frame.

        Args:
            stamp_s: its time as the video says.
            number: the number that it has if no frame is missing before it.
            misses: how often the decoder failed before it.

        Returns:
            The frame's time, None where nothing tells it, and how many frames are missing before it.
        """
        self._rises = self._rises and math.isfinite(stamp_s) and stamp_s > self._last
        if not self._rises:
            return self._counted(number + misses), misses
        lost = misses
        if number == 0:
            self._first = stamp_s - (misses / self.fps if self.fps else 0)
        elif misses and self.fps:  # one failure may stand for several frames
            lost = max(round((stamp_s - self._last) * self.fps) - 1, 0)
        self._last = stamp_s
        self._from = (number + lost, stamp_s - self._first)
        return stamp_s - self._first, lost

    def _counted(self, number: int) -> float | None:
        """A time after those that the video has told."""
        before, time_s = self._from
        if self.live:
            return max(time.monotonic() - self._start, time_s)
        return time_s + (number - before) / self.fps if self.fps else None


class Video:
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
        capture, clock, number = self._open(), _Clock(self.fps, self.live), 0
        try:
            while not selection.ends_before(first + number):
                misses = self._grab(capture, number)
                if misses is None:
                    break
                seconds, lost = clock.tick(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000, number, misses)
                if any(selection.wants(first + missing) for missing in range(number, number + lost)):
                    yield self._damaged(number, lost)
                number += lost
                if selection.wants(first + number) and not selection.ends_before(first + number):
                    known, image = capture.retrieve()
                    name = f"{self.name}#{number}"
                    yield Frame(first + number, name, image, seconds) if known else Problem(name, "is damaged")
                number += 1
        finally:
            capture.release()
        if not selection.ends_before(first + number):
            yield from self._shortfall(number)
        return number

    def _grab(self, capture: cv2.VideoCapture, number: int) -> int | None:
        """Go to the next frame that can be decoded; returns the failures before it, None at the end.

        A file is tried again as long as frames are promised; a stream that gives none has ended.
        """
        left = 0 if self.live or self.total is None else min(self.total - number, _MOST_FAILURES)
        for misses in range(max(left, 1)):
            if capture.grab():
                return misses
        return None

    def _damaged(self, number: int, lost: int) -> Problem:
        name = f"{self.name}#{number}"
        return Problem(name, "is damaged" if lost == 1 else f"and the {lost - 1} frames after it are damaged")

    def _shortfall(self, number: int) -> Iterator[Problem]:
        """What is wrong with a video that has ended after so many frames."""
        if number == 0:
            yield Problem(self.name, "has no frames")
        elif self.total and self.total - number > max(2, _ALLOWED_SHORTFALL * self.total):
            yield Problem(self.name, f"ends early, after {number} of {self.total} frames")
