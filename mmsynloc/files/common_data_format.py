"""Tracking data in the Common Data Format: one JSON object a frame and line.

Its pitch frame has its origin at the pitch's centre, x along the pitch and y across it, seen from above with z up, so
that its ``(x, y)`` is our ``(y, -x)``. Source: Anzer et al., "Common Data Format (CDF): A Standardized Format for Match
Data in Football", arXiv 2505.15820, and the schemas of the package ``common-data-format-validator``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from mmsynloc.structures import FramePositions
from mmsynloc.utils import UserError, atomic_write

__all__ = ["write_common_data_format"]

_START = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LIMITS_M = (65.0, 42.5)  # of the schema, along and across


def write_common_data_format(frames: Iterable[FramePositions], path: str | Path) -> None:
    """Write tracked athletes, atomically.

    Which team an athlete plays for is not known: all are listed as players of the home team, by their tracks. The video
    is taken for the first half; its times count from the start of 1970. The ball is nowhere. Athletes without a track
    or a position are left out, as are positions more than 12.5 m behind a goal line or 8.5 m beside a touch line, which
    the format does not allow.

    Raises:
        UserError: the file cannot be written, or the frames are not of a tracked video.
    """
    encoder, match = msgspec.json.Encoder(), ""
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        for frame in frames:
            if frame.track_ids is None or frame.time_s is None:
                raise UserError(f"{path}: the Common Data Format follows players over time: give a video, and --track")
            match = match or _match_id(frame)
            file.write(encoder.encode(_entry(frame, match)) + b"\n")


def _match_id(frame: FramePositions) -> str:
    """The name of the video, or of the folder whose images are its frames."""
    source = Path(frame.source)
    return source.stem if frame.source != frame.name else source.absolute().parent.name or source.stem


def _entry(frame: FramePositions, match: str) -> dict[str, Any]:
    time = _START + timedelta(seconds=frame.time_s or 0.0)
    return {
        "frame_id": frame.index,
        "timestamp": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "period": "first_half",
        "match": {"id": match},
        "teams": {
            "home": {"id": "unknown", "players": _players(frame)},
            "away": {"id": "unknown_other", "players": []},
        },
        "ball": {"x": None, "y": None, "z": None},
    }


def _players(frame: FramePositions) -> list[dict[str, Any]]:
    tracks, speeds = frame.track_of_each, frame.speed_of_each
    positions = np.stack([frame.points_pitch_m[:, 1], -frame.points_pitch_m[:, 0]], axis=1)
    allowed = (tracks >= 0) & (np.abs(positions) <= _LIMITS_M).all(1)  # not NaN either
    players = []
    for track, (x, y), speed in zip(tracks[allowed], positions[allowed], speeds[allowed]):
        player: dict[str, Any] = {"id": str(track), "x": round(float(x), 3), "y": round(float(y), 3)}
        if np.isfinite(speed):
            player["vel"] = round(float(speed), 2)
        players.append({**player, "is_visible": True})
    return players
