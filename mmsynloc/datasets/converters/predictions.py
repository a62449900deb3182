"""From another tool's predictions to results in annotated pixels, as evaluation and submission take them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from mmsynloc.files import Annotations, Detections, ImageNames, read_annotations, write_results
from mmsynloc.files.columns import float_column, float_table, optional_column, refuse_where
from mmsynloc.files.json_text import decode_json, fail_at, read_bytes, strip_byte_order_mark
from mmsynloc.structures.half_size import lie_in_upper_left_quarter
from mmsynloc.structures.image_shape import same_shape
from mmsynloc.utils import UserError

__all__ = ["BOX_FORMATS", "ImportSummary", "PredictionFormat", "decode_predictions", "import_predictions"]

BOX_FORMATS = ("xywh", "xyxy", "cxcywh")
_MIN_DETECTIONS = 30
_POINT_SIZES = {2: 2, 3: 3, 4: 2, 6: 3}  # numbers of a flat list -> numbers of a point


class _Foreign(msgspec.Struct, gc=False):
    bbox: tuple[float, float, float, float]
    score: float
    image_id: int | str | msgspec.UnsetType = msgspec.UNSET
    file_name: str | msgspec.UnsetType = msgspec.UNSET
    category_id: int | str | None = None
    keypoints: list[float | list[float]] | msgspec.UnsetType | None = msgspec.UNSET
    position_on_pitch: list[float] | msgspec.UnsetType | None = msgspec.UNSET


class _Wrapped(msgspec.Struct, gc=False):
    predictions: list[_Foreign] | msgspec.UnsetType = msgspec.UNSET
    annotations: list[_Foreign] | msgspec.UnsetType = msgspec.UNSET
    results: list[_Foreign] | msgspec.UnsetType = msgspec.UNSET
    detections: list[_Foreign] | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True)
class PredictionFormat:
    """How the foreign tool writes coordinates.

    Args:
        from_size: ``(width, height)`` of the image that they refer to; None: the annotated size.
        normalised: they are fractions of the image, 0 to 1 from edge to edge, as YOLO writes them.
        box_format: one of :data:`BOX_FORMATS`; ``x, y`` is the upper left corner, ``cx, cy`` the centre.
        corner_origin: keypoints are measured from the image's edge, so that the first pixel's centre is 0.5 (YOLO
            tools), not from the first pixel's centre. Always so for normalised ones.
        category: keep this category alone; None: there must be only one.
    """

    from_size: tuple[int, int] | None = None
    normalised: bool = False
    box_format: str = "xywh"
    corner_origin: bool = False
    category: int | None = None


@dataclass(frozen=True)
class ImportSummary:
    """``results`` in annotated pixels, and ``alarms``: one line for each sign of a wrong resolution."""

    results: Detections
    alarms: list[str]


def import_predictions(
    predictions_file: Path, ann_file: Path, out_file: Path, format: PredictionFormat | None = None
) -> ImportSummary:
    """Convert a predictions file and write the results.

    Args:
        predictions_file: JSON, a list of detections, or an object that holds one (``predictions``,
            ``annotations``, ``results`` or ``detections``).
        ann_file: the annotation file of the same split; it has the image ids and the annotated size.
        out_file: results to write.
        format: how coordinates are written; None: in annotated pixels.

    Raises:
        UserError: a file is broken or an entry wrong; the message names it. Nothing is written then.
    """
    data = strip_byte_order_mark(read_bytes(predictions_file))
    format = format or PredictionFormat()
    summary = decode_predictions(data, read_annotations(ann_file), format, str(predictions_file))
    write_results([summary.results], out_file)
    return summary


def decode_predictions(
    data: bytes, annotations: Annotations, format: PredictionFormat, where: str = "predictions"
) -> ImportSummary:
    """Convert D detections.

    An image is named by its id (``image_id``) or its file (``file_name``, or a string as ``image_id``), with or
    without folders and suffix. Keypoints may be nested or flat, pairs or triplets: pelvis and pelvis_ground, or the
    ground point alone, which then stands for both.

    Args:
        data: the predictions as JSON.
        annotations: the annotation file of the same split.
        format: how coordinates are written.
        where: the predictions' name in errors.

    Returns:
        The detections in annotated pixels; keypoints and positions where the input has them.

    Raises:
        UserError: an entry is wrong, or only some have keypoints or positions.
    """
    all_entries, place = _decode(data, where)
    wanted = format.category
    chosen = [i for i, entry in enumerate(all_entries) if wanted is None or str(entry.category_id) == str(wanted)]
    entries = [all_entries[i] for i in chosen]
    if all_entries and not entries:
        raise UserError(f"{where}: has no category {wanted}, only {', '.join(_categories(all_entries))}")

    def fail(row: int, reason: str) -> UserError:
        return fail_at(where, place.format(chosen[row]), reason)

    categories = _categories(entries)
    if len(categories) > 1:
        raise UserError(f"{where}: has several categories, {', '.join(categories)}; choose one with --category")
    rows = _find_images(entries, annotations, fail)
    sizes = annotations.image_sizes[rows].astype(float)
    scales = _scales(sizes, format, where)
    scores = float_column([entry.score for entry in entries])
    with np.errstate(over="ignore", invalid="ignore"):  # such numbers are refused below
        boxes_xywh = _boxes(entries, scales, format, fail)
        results = Detections(
            path=where,
            image_ids=annotations.image_ids[rows],
            category_ids=np.full(len(entries), annotations.category_id),
            scores=scores,
            boxes_xywh=boxes_xywh,
            keypoints=_keypoints(entries, scales, format, fail),
            positions_pitch_m=_positions(entries, fail),
        )
    refuse_where(~results.finite(), lambda row: fail(row, "its numbers are too large"))
    return ImportSummary(results, _alarms(boxes_xywh, sizes, format, where))


def _categories(entries: list[_Foreign]) -> list[str]:
    return sorted({str(entry.category_id) for entry in entries})


def _decode(data: bytes, where: str) -> tuple[list[_Foreign], str]:
    """The entries, and the place of the one with number {}; null means the same as a missing field."""
    place = "entry [{}]"
    if data.lstrip()[:1] == b"{":
        wrapped = decode_json(data, _Wrapped, where)
        name = next((n for n in _Wrapped.__struct_fields__ if getattr(wrapped, n) is not msgspec.UNSET), None)
        if name is None:
            raise UserError(
                f"{where}: not a list of detections, nor an object with {', '.join(_Wrapped.__struct_fields__)}"
            )
        entries, place = getattr(wrapped, name), f"{name}[{{}}]"
    else:
        entries = decode_json(data, list[_Foreign], where)
    for entry in entries:
        entry.keypoints = entry.keypoints or msgspec.UNSET
        if entry.position_on_pitch is None:
            entry.position_on_pitch = msgspec.UNSET
    return entries, place


def _find_images(entries: list[_Foreign], annotations: Annotations, fail: Any) -> np.ndarray:
    """The row (D,) of each entry's image."""
    by_name = any(isinstance(e.image_id, str) or e.file_name is not msgspec.UNSET for e in entries)
    names = ImageNames(annotations.file_names) if by_name else ImageNames(())
    rows = np.zeros(len(entries), np.int64)
    for i, entry in enumerate(entries):
        try:
            rows[i] = _find_image(entry, annotations.row_of_id, names)
        except ValueError as error:
            raise fail(i, str(error)) from None
    return rows


def _find_image(entry: _Foreign, row_of_id: dict[int, int], names: ImageNames) -> int:
    if entry.image_id is msgspec.UNSET and entry.file_name is msgspec.UNSET:
        raise ValueError("neither image_id nor file_name")
    if isinstance(entry.image_id, str):
        return names.find(entry.image_id)
    by_name = None if entry.file_name is msgspec.UNSET else names.find(entry.file_name)
    by_id = None if entry.image_id is msgspec.UNSET else row_of_id.get(entry.image_id)
    if by_id is None and by_name is None:
        raise ValueError(f"image {entry.image_id} is not in the annotation file")
    if None not in (by_id, by_name) and by_id != by_name:
        raise ValueError(f"image_id {entry.image_id} and file_name {entry.file_name!r} are two images")
    return by_id if by_name is None else by_name  # type: ignore[return-value]


def _scales(annotated: np.ndarray, format: PredictionFormat, where: str) -> np.ndarray:
    """(D, 2) annotated pixels per unit of the foreign coordinates."""
    if format.normalised:
        return annotated
    if format.from_size is None:
        return np.ones_like(annotated)
    w, h = format.from_size
    for aw, ah in np.unique(annotated, axis=0).astype(int):
        if not same_shape((w, h), (aw, ah)):
            shapes = f"{w}x{h} has another aspect ratio than the annotated {aw}x{ah}"
            raise UserError(f"{where}: {shapes}; undo the padding first")
    return annotated / (float(w), float(h))


def _boxes(entries: list[_Foreign], scales: np.ndarray, format: PredictionFormat, fail: Any) -> np.ndarray:
    boxes = float_table((entry.bbox for entry in entries), 4)
    first, second = boxes[:, :2] * scales, boxes[:, 2:] * scales
    if format.box_format == "xyxy":
        second = second - first
    elif format.box_format == "cxcywh":
        first = first - second / 2
    negative = (second < 0).any(1)
    refuse_where(negative, lambda row: fail(row, f"bbox has a negative size; is it {format.box_format}?"))
    return np.concatenate([first, second], axis=1).round(4)


def _keypoints(entries: list[_Foreign], scales: np.ndarray, format: PredictionFormat, fail: Any) -> np.ndarray | None:
    if not entries or optional_column(entries, "keypoints", fail) is None:
        return None
    points = np.array([_two_points(entry, row, fail) for row, entry in enumerate(entries)])
    offset = 0.0 if format.corner_origin or format.normalised else 0.5
    points[..., :2] = (points[..., :2] + offset) * scales[:, None] - 0.5
    return points.round(4)


def _two_points(entry: _Foreign, row: int, fail: Any) -> list[list[float]]:
    """x, y and a score of both keypoints; the detection's own score for pairs."""
    given: list[Any] = entry.keypoints  # type: ignore[assignment]
    if all(isinstance(value, float) for value in given) and len(given) in _POINT_SIZES:
        size = _POINT_SIZES[len(given)]
        given = [given[i : i + size] for i in range(0, len(given), size)]
    points = [[*point, entry.score][:3] for point in given if isinstance(point, list) and len(point) in (2, 3)]
    if len(points) != len(given) or len(points) not in (1, 2) or len(set(map(len, given))) > 1:
        raise fail(row, "keypoints are not pelvis and pelvis_ground (nested or flat, 2 or 3 numbers each)")
    return points * (2 // len(points))


def _positions(entries: list[_Foreign], fail: Any) -> np.ndarray | None:
    positions = optional_column(entries, "position_on_pitch", fail)
    if not entries or positions is None:
        return None
    lengths = np.array([len(position) for position in positions])
    refuse_where((lengths < 2) | (lengths > 3), lambda row: fail(row, "position_on_pitch is not 2 or 3 numbers"))
    return float_table((position[:2] for position in positions), 2)


def _alarms(boxes_xywh: np.ndarray, sizes: np.ndarray, format: PredictionFormat, where: str) -> list[str]:
    if not len(boxes_xywh):
        return []
    centres, ends = boxes_xywh[:, :2] + boxes_xywh[:, 2:] / 2, boxes_xywh[:, :2] + boxes_xywh[:, 2:]
    if ends.max() <= 2:
        raise UserError(f"{where}: all coordinates lie within 2 pixels: they are normalised, pass --normalised")
    if len(boxes_xywh) < _MIN_DETECTIONS:
        return []
    outside = np.mean(((centres < 0) | (centres > sizes)).any(-1))
    if outside > 0.05:
        pixels = "annotated pixels" if format.from_size is None else "pixels of {}x{}".format(*format.from_size)
        origin = "normalised" if format.normalised else f"in {pixels}"
        raise UserError(f"{where}: {outside:.0%} of the boxes lie outside the frame: the coordinates are not {origin}")
    if lie_in_upper_left_quarter(ends, sizes, at_least=1):
        return [
            "nearly all boxes lie in the frame's upper left quarter: are they Full HD pixels? "
            "Then pass --from-size 1920x1080"
        ]
    return []
