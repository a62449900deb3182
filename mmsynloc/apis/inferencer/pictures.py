"""Pictures and a video of what was found."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mmsynloc.files.images import write_image
from mmsynloc.structures import FramePositions
from mmsynloc.utils import UserError

if TYPE_CHECKING:
    from mmsynloc.visualization.pitch_view import PitchView

__all__ = ["PictureWriter"]

_HEIGHT = 720
_LONGEST_STEM = 60  # of a picture's name; a file system's limit is 255 bytes
_TRAIL_S = 3.0
_MAX_GAP_S = 1.0  # of a track, over which its trail is drawn


class PictureWriter:
    """Draws frames into a folder of pictures, a video, or both.

    Args:
        folder: where ``NUMBER_NAME.jpg`` go; None for no pictures.
        video: file to write, replaced when all frames are in it; None for no video.
        view: ``"frame"``, ``"pitch"``, or ``"both"`` side by side.
        fps: frames a second of the video.
        score_threshold: athletes with a lower score are not drawn.
    """

    def __init__(
        self,
        folder: Path | None = None,
        video: Path | None = None,
        view: str = "both",
        fps: float = 25.0,
        score_threshold: float = 0.0,
    ) -> None:
        self.folder, self.video = folder, video
        self.view, self.fps, self.score_threshold = view, fps, score_threshold
        self._pitch: tuple[tuple, PitchView] | None = None
        self._trails: dict[int, deque] = {}
        self._writer: cv2.VideoWriter | None = None
        self._frames, self._size = 0, (0, 0)

    def add(self, image_bgr: np.ndarray, frame: FramePositions) -> None:
        """Draw a frame.

        Raises:
            UserError: a file cannot be written.
        """
        drawn = self._draw(image_bgr, frame.over(self.score_threshold))
        if self.folder is not None:
            write_image(self.folder / f"{frame.index:06d}_{Path(frame.source).stem[:_LONGEST_STEM]}.jpg", drawn)
        if self.video is not None:
            self._add_to_video(drawn)

    def _draw(self, image_bgr: np.ndarray, frame: FramePositions) -> np.ndarray:
        from mmsynloc.visualization.frame_picture import draw_frame_picture
        from mmsynloc.visualization.pitch_view import PitchView

        if self.view == "frame":
            return draw_frame_picture(image_bgr, frame, None)
        where = tuple(np.asarray(frame.camera.position_m, float).round(3).tolist())
        if self._pitch is None or self._pitch[0] != where:
            self._pitch = where, PitchView(frame.camera, _HEIGHT)
        pitch = self._pitch[1]
        trails = self._follow(frame)
        if self.view == "pitch":
            return pitch.draw(frame, trails)
        return draw_frame_picture(image_bgr, frame, pitch, _HEIGHT, trails)

    def _follow(self, frame: FramePositions) -> dict[int, list[np.ndarray]]:
        """Where each track has been in the last seconds."""
        if frame.track_ids is None or frame.time_s is None:
            return {}
        for track, point in zip(frame.track_ids.tolist(), frame.points_pitch_m):
            trail = self._trails.setdefault(track, deque()) if track >= 0 else deque()
            if trail and frame.time_s - trail[-1][0] > _MAX_GAP_S:
                trail.clear()
            trail.append((frame.time_s, point))
        for track, trail in list(self._trails.items()):
            while trail and frame.time_s - trail[0][0] > _TRAIL_S:
                trail.popleft()
            if not trail:
                del self._trails[track]
        return {track: [point for _, point in trail] for track, trail in self._trails.items()}

    def _add_to_video(self, drawn: np.ndarray) -> None:
        size = (drawn.shape[1], drawn.shape[0])
        if self._writer is None:
            self._partial.parent.mkdir(parents=True, exist_ok=True)
            self._size = size
            self._writer = cv2.VideoWriter(str(self._partial), cv2.VideoWriter.fourcc(*"mp4v"), self.fps, size)
            if not self._writer.isOpened():
                raise UserError(f"{self.video}: cannot be written as a video: no space, or another ending than .mp4")
        if size != self._size:
            drawn = cv2.resize(drawn, self._size, interpolation=cv2.INTER_AREA)
        self._writer.write(drawn)
        self._frames += 1

    @property
    def _partial(self) -> Path:
        assert self.video is not None
        return self.video.with_name(f".{self.video.stem}-partial{self.video.suffix}")

    def discard(self) -> None:
        """Give up a video that is not finished; nothing of it is left behind."""
        if self._writer is not None:
            self._writer.release()
            self._writer = None
            self._partial.unlink(missing_ok=True)

    def close(self) -> None:
        """Finish the video.

        Raises:
            UserError: it is not whole, for example because the disk is full.
        """
        if self._writer is None:
            return
        self._writer.release()
        self._writer = None
        capture = cv2.VideoCapture(str(self._partial))
        written = round(capture.get(cv2.CAP_PROP_FRAME_COUNT)) if capture.isOpened() else 0
        capture.release()
        if written != self._frames:
            self._partial.unlink(missing_ok=True)
            raise UserError(f"{self.video}: only {written} of {self._frames} frames were written; is the disk full?")
        os.replace(self._partial, self.video or "")
