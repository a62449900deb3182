"""Positions of athletes as JSON lines, one frame a line, and as a CSV table, one athlete a line."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import numpy as np

from mmsynloc.structures import FramePositions, GroundCamera
from mmsynloc.utils import atomic_write

__all__ = ["AthleteRecord", "FrameRecord", "from_record", "to_record", "write_csv", "write_jsonl"]

_PX_DECIMALS, _M_DECIMALS, _SCORE_DECIMALS = 3, 4, 7
Point = tuple[float, float]


class AthleteRecord(msgspec.Struct, gc=False, omit_defaults=True):
    """One athlete as it is written; see :class:`~mmsynloc.structures.FramePositions`."""

    score: float
    position_m: Point | None
    box_xyxy: tuple[float, float, float, float]
    pelvis_px: Point
    ground_px: Point
    track_id: int | None = None
    speed_m_s: float | None = None


class FrameRecord(msgspec.Struct, gc=False, omit_defaults=True):
    """One frame as it is written; ``athletes`` is empty where there is none."""

    index: int
    image_id: int
    name: str
    image_size: tuple[int, int]
    athletes: list[AthleteRecord]
    time_s: float | None = None


def to_record(frame: FramePositions) -> FrameRecord:
    """A frame as it is written: pixels to 0.001, metres to 0.0001; what is not known is None."""
    athletes = [
        AthleteRecord(
            score=round(score, _SCORE_DECIMALS),
            position_m=None if math.isnan(position[0]) else _rounded(position, _M_DECIMALS),
            box_xyxy=_rounded(box, _PX_DECIMALS),
            pelvis_px=_rounded(pelvis, _PX_DECIMALS),
            ground_px=_rounded(ground, _PX_DECIMALS),
            track_id=None if track < 0 else track,
            speed_m_s=None if math.isnan(speed) else round(speed, 2),
        )
        for score, position, box, (pelvis, ground), track, speed in zip(
            frame.scores.tolist(),
            frame.points_pitch_m.tolist(),
            frame.boxes_xyxy.tolist(),
            frame.points_px.tolist(),
            frame.track_of_each.tolist(),
            frame.speed_of_each.tolist(),
        )
    ]
    time_s = None if frame.time_s is None else round(frame.time_s, 4)
    return FrameRecord(frame.index, frame.image_id, frame.name, frame.image_size, athletes, time_s)


def _rounded(numbers: list[float], decimals: int) -> tuple:
    return tuple(round(number, decimals) for number in numbers)


def from_record(record: FrameRecord, camera: GroundCamera) -> FramePositions:
    """The frame that :func:`to_record` has written, with its camera."""
    athletes = record.athletes
    nowhere = (math.nan, math.nan)
    return FramePositions(
        index=record.index,
        image_id=record.image_id,
        name=record.name,
        boxes_xyxy=np.array([one.box_xyxy for one in athletes], float).reshape(-1, 4),
        points_px=np.array([(one.pelvis_px, one.ground_px) for one in athletes], float).reshape(-1, 2, 2),
        points_pitch_m=np.array([one.position_m or nowhere for one in athletes], float).reshape(-1, 2),
        scores=np.array([one.score for one in athletes], float),
        camera=camera,
        time_s=record.time_s,
    )


def write_jsonl(frames: Iterable[FramePositions], path: str | Path) -> None:
    """Write one JSON object a frame and line, atomically; frames without athletes have a line too.

    Raises:
        UserError: the file cannot be written.
    """
    encoder = msgspec.json.Encoder()
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        for frame in frames:
            file.write(encoder.encode(to_record(frame)) + b"\n")


_COLUMNS = (
    "frame",
    "image_id",
    "name",
    "time_s",
    "track_id",
    "x_m",
    "y_m",
    "speed_m_s",
    "score",
    *("box_x1_px", "box_y1_px", "box_x2_px", "box_y2_px"),
    *("pelvis_x_px", "pelvis_y_px", "ground_x_px", "ground_y_px"),
)


def write_csv(frames: Iterable[FramePositions], path: str | Path) -> None:
    """Write one line an athlete, atomically; what is not known is left empty.

    Raises:
        UserError: the file cannot be written.
    """
    with atomic_write(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for frame in frames:
            writer.writerows(_rows(to_record(frame)))


def _rows(frame: FrameRecord) -> Iterator[tuple]:
    for one in frame.athletes:
        yield (
            frame.index,
            frame.image_id,
            frame.name,
            frame.time_s,
            one.track_id,
            *(one.position_m or (None, None)),
            one.speed_m_s,
            one.score,
            *one.box_xyxy,
            *one.pelvis_px,
            *one.ground_px,
        )
