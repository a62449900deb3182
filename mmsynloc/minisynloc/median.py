"""The median of a fixed camera's frames: the venue without moving people."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from mmsynloc.files.images import images_in, read_image
from mmsynloc.utils import UserError, undecodable

__all__ = ["median_background"]

LEAST_FRAMES = 3
STRIP_ROWS = 64  # rows that are sorted at once, to bound the memory


def _spread(count: int, wanted: int) -> list[int]:
    """At most ``wanted`` of ``count`` indices, evenly spread."""
    return sorted({round(i) for i in np.linspace(0, count - 1, min(count, wanted))})


def _from_folder(folder: Path, wanted: int) -> Iterator[tuple[str, np.ndarray]]:
    paths = images_in(folder)
    for i in _spread(len(paths), wanted) if paths else []:
        yield str(paths[i]), read_image(paths[i])


def _from_video(path: Path, wanted: int) -> Iterator[tuple[str, np.ndarray]]:
    video = cv2.VideoCapture(str(path))
    try:
        count = int(video.get(cv2.CAP_PROP_FRAME_COUNT)) if video.isOpened() else 0
        if count < 1:
            raise UserError(f"{path}: cannot be read as a video")
        chosen = set(_spread(count, wanted))
        for i in range(max(chosen) + 1):  # seeking lands on key frames only
            if not video.grab():
                warnings.warn(f"{path}: ends early, after {i} of {count} frames", stacklevel=4)
                return
            if i in chosen:
                decoded, frame = video.retrieve()
                if not decoded or frame is None:
                    raise UserError(f"{path}: frame {i} cannot be decoded")
                yield f"{path}: frame {i}", frame
    finally:
        video.release()


def median_background(source: str | Path, max_frames: int = 51) -> np.ndarray:
    """The median (H, W, 3) uint8 BGR of frames of a fixed camera.

    Args:
        source: a video, or a folder of images.
        max_frames: how many frames are taken, evenly spread; all are in memory at once.

    Raises:
        UserError: the source cannot be read, has fewer than 3 frames, or frames of several sizes.
    """
    source = Path(source)
    if wrong := undecodable(str(source)):  # OpenCV's reader of videos crashes on it
        raise UserError(f"{str(source)!a}: {wrong}")
    if not source.exists():
        raise UserError(f"{source}: no such file or folder")
    if max_frames < LEAST_FRAMES:
        raise UserError(f"a median needs at least {LEAST_FRAMES} frames, not {max_frames}")
    frames: list[np.ndarray] = []
    for name, frame in (_from_folder if source.is_dir() else _from_video)(source, max_frames):
        if frames and frame.shape != frames[0].shape:
            size, first = (f"{f.shape[1]}x{f.shape[0]}" for f in (frame, frames[0]))
            raise UserError(f"{name}: is {size}, and the first frame {first}")
        frames.append(frame)
    if len(frames) < LEAST_FRAMES:
        raise UserError(f"{source}: has {len(frames)} frames; a median needs at least {LEAST_FRAMES}")
    strips = range(0, len(frames[0]), STRIP_ROWS)
    parts = [np.median([frame[row : row + STRIP_ROWS] for frame in frames], axis=0) for row in strips]
    return np.round(np.concatenate(parts)).astype(np.uint8)
