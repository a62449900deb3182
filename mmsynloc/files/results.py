"""Results files: detections as the evaluation and the challenge's server take them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from mmsynloc.files.columns import (
    Box,
    Keypoints,
    Keypoints3D,
    Position,
    float_column,
    float_table,
    integer_column,
    keypoint_3d_table,
    keypoint_table,
    optional_column,
    refuse_where,
)
from mmsynloc.files.json_text import (
    decode_json,
    fail_at,
    read_bytes,
    strip_byte_order_mark,
    to_json,
    without_garbage_collection,
)
from mmsynloc.utils import UserError, atomic_write

__all__ = ["Detections", "decode_results", "parse_results", "read_results", "write_results"]


class _Detection(msgspec.Struct, gc=False):
    image_id: int
    category_id: int
    score: float
    bbox: Box | msgspec.UnsetType = msgspec.UNSET
    keypoints: Keypoints | msgspec.UnsetType = msgspec.UNSET
    position_on_pitch: Position | msgspec.UnsetType = msgspec.UNSET
    area: float | msgspec.UnsetType = msgspec.UNSET
    keypoints_3d: Keypoints3D | msgspec.UnsetType = msgspec.UNSET


_OPTIONAL = ("bbox", "keypoints", "position_on_pitch", "area", "keypoints_3d")


@dataclass(frozen=True)
class Detections:
    """D detections, in file order.

    Args:
        path: the file's name, for errors.
        image_ids: (D,) int64, or Python integers where one is beyond 64 bits.
        category_ids: (D,) likewise.
        scores: (D,).
        boxes_xywh: (D, 4) annotated px, or None.
        keypoints: (D, K, 3) x and y in annotated px, and visibility or score, or None.
        positions_pitch_m: (D, 2) metres, or None.
        areas_px2: (D,) px², or None.
        keypoints_3d_m: (D, K, 3) metres, or None.
    """

    path: str
    image_ids: np.ndarray
    category_ids: np.ndarray
    scores: np.ndarray
    boxes_xywh: np.ndarray | None = None
    keypoints: np.ndarray | None = None
    positions_pitch_m: np.ndarray | None = None
    areas_px2: np.ndarray | None = None
    keypoints_3d_m: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, rows: np.ndarray) -> Detections:
        """The detections of some rows, (N,) numbers or (D,) bool."""
        columns = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "path"}
        chosen: dict[str, Any] = {name: None if c is None else c[rows] for name, c in columns.items()}
        return replace(self, **chosen)

    def finite(self) -> np.ndarray:
        """Which detections (D,) have nothing but finite numbers."""
        measured = (f.name for f in fields(self) if f.name not in ("path", "image_ids", "category_ids"))
        finite = np.ones(len(self), bool)
        for column in (getattr(self, name) for name in measured):
            if column is not None and len(self):
                finite &= np.isfinite(column.reshape(len(self), -1)).all(1)
        return finite

    @staticmethod
    def concatenate(parts: Sequence[Detections], path: str) -> Detections:
        """All parts as one; a column that a part with detections lacks is left out."""
        filled = [part for part in parts if len(part)] or list(parts[:1])
        if not filled:
            return Detections(path, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        columns = {f.name: [getattr(part, f.name) for part in filled] for f in fields(Detections) if f.name != "path"}
        joined: dict[str, Any] = {
            name: None if any(c is None for c in cs) else np.concatenate(cs) for name, cs in columns.items()
        }
        return Detections(path, **joined)


def read_results(path: str | Path) -> Detections:
    """Read and check a results file: a list of detections.

    Each has ``image_id, category_id, score`` and ``bbox [x, y, w, h]``, ``keypoints`` (flat or in triplets),
    ``position_on_pitch`` (two or three numbers), ``area`` or ``keypoints_3d`` (rows of three or four numbers, flat or
    nested), all of them the same of these. A byte order mark is passed over here; the challenge's server refuses it
    (see :mod:`mmsynloc.files.submission`).

    Raises:
        UserError: the file is missing or not JSON, or something in it breaks a rule; the message names file and entry.
    """
    return decode_results(strip_byte_order_mark(read_bytes(path)), str(path))


def parse_results(content: Any, where: str = "results") -> Detections:
    """As :func:`read_results`, from the content of such a file as Python objects."""
    return decode_results(to_json(content), where)


@without_garbage_collection()
def decode_results(data: bytes, where: str) -> Detections:
    """As :func:`read_results`, from the text of such a file."""
    entries = decode_json(data, list[_Detection], where)

    def fail(row: int, reason: str) -> UserError:
        return fail_at(where, f"entry [{row}]", reason)

    columns = {name: optional_column(entries, name, fail) for name in _OPTIONAL}
    boxes, keypoints, positions, areas, keypoints_3d = (columns[name] for name in _OPTIONAL)
    boxes_xywh = None if boxes is None else float_table(boxes, 4)
    if boxes_xywh is not None:
        refuse_where((boxes_xywh[:, 2:] < 0).any(axis=1), lambda row: fail(row, "bbox has a negative width or height"))
    return Detections(
        path=where,
        image_ids=integer_column([e.image_id for e in entries]),
        category_ids=integer_column([e.category_id for e in entries]),
        scores=float_column([e.score for e in entries]),
        boxes_xywh=boxes_xywh,
        keypoints=None if keypoints is None else keypoint_table(keypoints, fail),
        positions_pitch_m=None if positions is None else float_table((p[:2] for p in positions), 2),
        areas_px2=None if areas is None else float_column(areas),
        keypoints_3d_m=None if keypoints_3d is None else keypoint_3d_table(keypoints_3d, fail),
    )


def write_results(detections: Iterable[Detections], path: str | Path) -> None:
    """Write a results file, part by part, so that it never is in memory as a whole, and atomically.

    Args:
        detections: the parts, for example one an image.
        path: the JSON file.

    Raises:
        UserError: the file cannot be written.
        ValueError: a number is not finite.
    """
    encoder = msgspec.json.Encoder()
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        separator = b"["
        for part in detections:
            if not part.finite().all():
                raise ValueError("results must be finite")
            for entry in _entries(part):
                file.write(separator + encoder.encode(entry))
                separator = b",\n"
        file.write(b"[]\n" if separator == b"[" else b"]\n")


def _entries(part: Detections) -> Iterator[dict[str, Any]]:
    if not len(part):
        return
    columns = {
        "image_id": part.image_ids,
        "category_id": part.category_ids,
        "score": part.scores,
        "bbox": part.boxes_xywh,
        "keypoints": None if part.keypoints is None else part.keypoints.reshape(len(part), -1),
        "position_on_pitch": part.positions_pitch_m,
        "area": part.areas_px2,
        "keypoints_3d": None if part.keypoints_3d_m is None else part.keypoints_3d_m.reshape(len(part), -1),
    }
    there = {name: column.tolist() for name, column in columns.items() if column is not None}
    for row in range(len(part)):
        yield {name: values[row] for name, values in there.items()}
