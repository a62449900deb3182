"""Tracks of a whole video: who is who, smoothed positions and speeds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from mmsynloc.structures import FramePositions
from mmsynloc.tracking.link import POSITION_SD_M, link_positions
from mmsynloc.tracking.smooth import smooth_track
from mmsynloc.utils import UserError

__all__ = ["Tracks", "find_tracks"]


@dataclass(frozen=True)
class Tracks:
    """What tracking adds to the frames of a video.

    Attributes:
        rows: for each frame, by its index, the tracks (N,), the smoothed positions (N, 2) m and the speeds (N,) m/s of
            its athletes; -1 and NaN for athletes without a track, who keep their positions.
    """

    rows: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]]

    def __len__(self) -> int:
        """The number of tracks."""
        return len(set().union(*(tracks[tracks >= 0].tolist() for tracks, _, _ in self.rows.values())))

    def apply(self, frame: FramePositions) -> FramePositions:
        """A frame with its tracks, positions and speeds."""
        tracks, positions, speeds = self.rows[frame.index]
        return replace(frame, track_ids=tracks, points_pitch_m=positions, speeds_m_s=speeds)


def find_tracks(frames: Iterable[FramePositions]) -> Tracks:
    """Follow athletes over the frames of one video.

    The median of the times between frames is taken for the video's; longer ones are gaps, in which everybody is missed.

    Args:
        frames: in order, with times.

    Raises:
        UserError: a frame has no time, or norfair is not installed.
    """
    indices, times, positions = [], [], []
    for frame in frames:
        if frame.time_s is None:
            raise UserError(f"{frame.name}: has no time; tracking follows athletes over the frames of one video")
        indices.append(frame.index)
        times.append(frame.time_s)
        positions.append(frame.points_pitch_m)
    times_s = np.array(times)
    if (np.diff(times_s) <= 0).any():
        raise UserError("times go back: tracking follows athletes over the frames of one video")
    interval_s = float(np.median(np.diff(times_s))) if len(times) > 1 else 1.0
    missing = [0, *(round(one / interval_s) - 1 for one in np.diff(times_s))]
    links = link_positions(positions, interval_s, [max(count, 0) for count in missing])
    return Tracks(dict(zip(indices, _smoothed(times_s, positions, links))))


def _smoothed(
    times_s: np.ndarray, positions: list[np.ndarray], tracks: list[np.ndarray]
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Tracks, smoothed positions and speeds of each frame."""
    counts = [len(one) for one in tracks]
    frame_of_row = np.repeat(np.arange(len(tracks)), counts)
    track = np.concatenate([*tracks, np.zeros(0, np.int64)])
    points = np.concatenate([*positions, np.zeros((0, 2))])
    speeds = np.full(len(track), np.nan)
    for number in np.unique(track[track >= 0]):
        rows = np.flatnonzero(track == number)
        points[rows], speeds[rows] = smooth_track(times_s[frame_of_row[rows]], points[rows], POSITION_SD_M)
    ends = np.cumsum(counts)[:-1]
    return list(zip(np.split(track, ends), np.split(points, ends), np.split(speeds, ends))) if tracks else []
