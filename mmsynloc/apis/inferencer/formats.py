"""The formats in which positions are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmsynloc.files import Detections, write_results
from mmsynloc.files.common_data_format import write_common_data_format
from mmsynloc.files.game_state import write_game_state
from mmsynloc.files.positions import write_csv, write_jsonl
from mmsynloc.structures import FramePositions
from mmsynloc.structures.boxes import to_xywh
from mmsynloc.utils import UserError

__all__ = ["FORMATS", "Format", "choose_format"]


@dataclass(frozen=True)
class Format:
    """How positions are written.

    Attributes:
        suffix: which the file's name has.
        write: writes frames, in the order of the input, to a file.
        keeps_all: whether athletes of any score are written, as the evaluation needs them.
        needs_tracks: whether only tracked athletes can be written.
    """

    suffix: str
    write: Callable[[Iterable[FramePositions], Path], None]
    keeps_all: bool = False
    needs_tracks: bool = False


def _write_synloc(frames: Iterable[FramePositions], path: Path) -> None:
    write_results(map(_to_results, frames), path)


def _to_results(frame: FramePositions) -> Detections:
    visible = np.ones((*frame.points_px.shape[:2], 1))
    ids, categories = np.full(len(frame), frame.image_id), np.ones(len(frame), np.int64)
    keypoints = np.concatenate([frame.points_px, visible], axis=2)
    return Detections(frame.name, ids, categories, frame.scores, np.round(to_xywh(frame.boxes_xyxy), 3), keypoints)


FORMATS = {
    "csv": Format(".csv", write_csv),
    "jsonl": Format(".jsonl", write_jsonl),
    "synloc": Format(".json", _write_synloc, keeps_all=True),
    "gamestate": Format(".json", write_game_state),
    "cdf": Format(".jsonl", write_common_data_format, needs_tracks=True),
}
"""By the name that ``mmsynloc infer --format`` takes."""


def choose_format(out: Path, name: str | None = None) -> Format:
    """The format of that name, by default that of the file's ending.

    Raises:
        UserError: the ending belongs to no format, or to another one.
    """
    if name is not None:
        wanted = FORMATS[name].suffix
        if out.suffix.lower() != wanted:
            raise UserError(f"{out}: files of the format {name} end in {wanted}")
        return FORMATS[name]
    for form in FORMATS.values():
        if out.suffix.lower() == form.suffix:
            return form
    raise UserError(f"{out}: the ending tells no format; name a file that ends in {', '.join(_suffixes())}")


def _suffixes() -> Iterator[str]:
    yield from dict.fromkeys(form.suffix for form in FORMATS.values())
