"""SoccerNet's game-state files (``Labels-GameState.json``): boxes in the image and their lower edges on the pitch.

Their pitch frame has its origin at the pitch's centre, x along the pitch, y across it and z down, so that their
``(x, y)`` is our ``(y, x)``. What their camera cannot see, roles, teams and jersey numbers, is not known here either.
Source: the baseline of the SoccerNet game-state challenge, sn-gamestate, ``calibration/bbox2pitch.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from mmsynloc.structures import FramePositions
from mmsynloc.utils import atomic_write

__all__ = ["bboxes_pitch", "write_game_state"]

_CATEGORIES = ("player", "goalkeeper", "referee", "ball", "pitch", "camera", "other")
_INFO = {"version": "1.3", "description": "athletes' positions found by mmsynloc"}


def write_game_state(frames: Iterable[FramePositions], path: str | Path) -> None:
    """Write a game-state file, atomically.

    ``bbox_pitch`` has the athlete's ground point as ``bottom_middle``, and left and right of it the points of the
    ground at the box's sides in the same image row; it is null over the horizon. ``track_id`` is null where nothing is
    tracked.

    Raises:
        UserError: the file cannot be written.
    """
    encoder = msgspec.json.Encoder()
    images: list[bytes] = []
    count = 0
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        file.write(b'{"info":' + encoder.encode(_INFO) + b',\n"annotations":[')
        for frame in frames:
            images.append(encoder.encode(_image(frame)))
            for entry in _annotations(frame):
                file.write((b",\n" if count else b"\n") + encoder.encode({"id": str(count), **entry}))
                count += 1
        categories = [{"supercategory": "object", "id": i, "name": name} for i, name in enumerate(_CATEGORIES, 1)]
        file.write(b'],\n"images":[\n' + b",\n".join(images) + b"],\n")
        file.write(b'"categories":' + encoder.encode(categories) + b"}\n")


def _image(frame: FramePositions) -> dict[str, Any]:
    width, height = frame.image_size
    return {
        "image_id": str(frame.image_id),
        "file_name": frame.name,
        "height": height,
        "width": width,
        "is_labeled": True,
        "has_labeled_person": bool(len(frame)),
    }


def _annotations(frame: FramePositions) -> Iterator[dict[str, Any]]:
    for box, track, bbox_pitch in zip(frame.boxes_xyxy, frame.track_of_each.tolist(), bboxes_pitch(frame)):
        x, y, width, height = (round(float(value), 3) for value in (*box[:2], *(box[2:] - box[:2])))
        centre = {"x_center": round(x + width / 2, 3), "y_center": round(y + height / 2, 3)}
        yield {
            "image_id": str(frame.image_id),
            "track_id": None if track < 0 else track,
            "supercategory": "object",
            "category_id": 1,
            "attributes": {"role": "player", "jersey": None, "team": None},
            "bbox_image": {"x": x, "y": y, **centre, "w": width, "h": height},
            "bbox_pitch": bbox_pitch,
        }


def bboxes_pitch(frame: FramePositions) -> list[dict[str, float] | None]:
    """``bbox_pitch`` of each athlete, as :func:`write_game_state` writes it: SoccerNet's frame, in metres."""
    return [None if np.isnan(edge).any() else _bbox_pitch(edge) for edge in _lower_edges(frame)]


def _lower_edges(frame: FramePositions) -> np.ndarray:
    """Left, right and middle of each athlete's lower edge on the ground, (N, 3, 2) m in our pitch frame."""
    left, right = frame.points_px[:, 1].copy(), frame.points_px[:, 1].copy()
    left[:, 0], right[:, 0] = frame.boxes_xyxy[:, 0], frame.boxes_xyxy[:, 2]
    sides = (frame.camera.pixel_to_pitch(points).points for points in (left, right))
    return np.stack([*sides, frame.points_pitch_m], axis=1)


def _bbox_pitch(lower_edge_m: np.ndarray) -> dict[str, float]:
    names = ("bottom_left", "bottom_right", "bottom_middle")
    ends = zip(names, lower_edge_m.tolist())
    return {
        key: round(value, 4)
        for name, (across, along) in ends
        for key, value in ((f"x_{name}", along), (f"y_{name}", across))
    }
