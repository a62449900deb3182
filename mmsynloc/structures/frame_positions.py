"""Athletes' positions in one frame of a picture or video, as the inferencer returns them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mmsynloc.structures.athletes import Athletes
from mmsynloc.structures.ground_camera import GroundCamera

__all__ = ["FramePositions"]


@dataclass(frozen=True)
class FramePositions:
    """N athletes of one frame, by falling score. Pixels are those of ``camera.image_size``.

    Attributes:
        index: the frame's number in the whole input, from 0.
        image_id: the image's id in the annotation file that gave its camera; without one, ``index``.
        name: the image's path as it was given, or the video's with the frame's number: ``match.mp4#120``.
        boxes_xyxy: (N, 4) float64 px.
        points_px: (N, 2, 2) float64 px, the pelvis and the point of the ground below it.
        points_pitch_m: (N, 2) float64 m, x across and y along the pitch; NaN over the horizon.
        scores: (N,) float64 in [0, 1].
        camera: of the frame.
        time_s: of a video's frame, from its start; None for images.
        track_ids: (N,) int64, -1 for athletes that belong to no track; None where nothing was tracked.
        speeds_m_s: (N,) float64 m/s, NaN where there is none; None where nothing was tracked.
    """

    index: int
    image_id: int
    name: str
    boxes_xyxy: np.ndarray
    points_px: np.ndarray
    points_pitch_m: np.ndarray
    scores: np.ndarray
    camera: GroundCamera
    time_s: float | None = None
    track_ids: np.ndarray | None = None
    speeds_m_s: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def image_size(self) -> tuple[int, int]:
        """``(width, height)`` that all pixels refer to, the camera's; the file may have another resolution."""
        return self.camera.image_size

    @property
    def source(self) -> str:
        """The path of the image or of the video."""
        before, _, number = self.name.rpartition("#")
        return before if number.isdecimal() else self.name

    @property
    def athletes(self) -> Athletes:
        """The same as the visualization takes them."""
        return Athletes(self.boxes_xyxy, self.scores, self.points_px[:, 1], self.points_pitch_m)

    @property
    def track_of_each(self) -> np.ndarray:
        """(N,) int64, -1 for athletes without a track: all of them where nothing was tracked."""
        return np.full(len(self), -1) if self.track_ids is None else self.track_ids

    @property
    def speed_of_each(self) -> np.ndarray:
        """(N,) float64 m/s, NaN where there is none."""
        return np.full(len(self), np.nan) if self.speeds_m_s is None else self.speeds_m_s

    def over(self, score_threshold: float) -> FramePositions:
        """Those with a score of at least ``score_threshold``."""
        keep = self.scores >= score_threshold
        columns = ("boxes_xyxy", "points_px", "points_pitch_m", "scores", "track_ids", "speeds_m_s")
        kept = {name: getattr(self, name)[keep] for name in columns if getattr(self, name) is not None}
        return replace(self, **kept)
