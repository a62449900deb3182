"""From another tool's predictions to results in annotated pixels, as evaluation and submission take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.utils import UserError, dump_json, load_json

__all__ = ["BOX_FORMATS", "ImportSummary", "PredictionFormat", "convert_predictions", "import_predictions"]

BOX_FORMATS = ("xywh", "xyxy", "cxcywh")
_LIST_KEYS = ("predictions", "annotations", "results", "detections")
_MIN_DETECTIONS = 30


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
    """``results`` in our format, and ``alarms``: one line for each sign of a wrong resolution."""

    results: list[dict[str, Any]]
    alarms: list[str]


def import_predictions(
    predictions_file: Path, ann_file: Path, out_file: Path, format: PredictionFormat | None = None
) -> ImportSummary:
    """Convert a predictions file and write the results.

    Args:
        predictions_file: JSON, a list of detections, or an object that holds one (``predictions``,
            ``annotations``, ``results`` or ``detections``).
        ann_file: the annotation file of the same split; it knows the image ids and the annotated size.
        out_file: results to write.
        format: how coordinates are written; None: in annotated pixels.

    Raises:
        UserError: a file is broken or an entry wrong; the message names it. Nothing is written then.
    """
    data = load_json(predictions_file)
    if isinstance(data, Mapping):
        data = next((data[key] for key in _LIST_KEYS if key in data), None)
    if not isinstance(data, list):
        raise UserError(f"{predictions_file}: not a list of detections")
    images = load_json(ann_file)
    images = images.get("images") if isinstance(images, Mapping) else None
    if not isinstance(images, list):
        raise UserError(f"{ann_file}: not a SynLoc annotation file: it has no list `images`")
    for i, image in enumerate(images):
        if not isinstance(image, Mapping) or not {"id", "file_name", "width", "height"} <= set(image):
            raise UserError(f"{ann_file}: images[{i}]: lacks id, file_name, width or height")
    try:
        summary = convert_predictions(data, images, format or PredictionFormat())
    except ValueError as error:
        raise UserError(f"{predictions_file}: {error}") from None
    dump_json(summary.results, out_file)
    return summary


def convert_predictions(
    predictions: list[Mapping[str, Any]], images: list[Mapping[str, Any]], format: PredictionFormat
) -> ImportSummary:
    """Convert D detections.

    An image is named by its id (``image_id``) or its file (``file_name``, or a string as ``image_id``), with or
    without suffix. Keypoints may be nested or flat, pairs or triplets: pelvis and pelvis_ground, or the ground
    point alone, which then stands for both.

    Returns:
        ``{image_id, category_id, bbox [x, y, w, h], score, keypoints [[u, v, s], [u, v, s]], position_on_pitch}``
        for each detection; the last two where the input has them.

    Raises:
        ValueError: an entry is wrong.
    """
    by_name = _index_images(images)
    results, sizes, categories = [], [], set()
    for i, entry in enumerate(predictions):
        if not isinstance(entry, Mapping):
            raise ValueError(f"entry {i}: not an object")
        category = entry.get("category_id")
        if format.category is not None and category != format.category:
            continue
        categories.add(str(category))
        try:
            image = _find_image(entry, by_name)
            results.append(_convert(entry, image, format))
        except ValueError as error:
            raise ValueError(f"entry {i}: {error}") from None
        sizes.append((image["width"], image["height"]))
    if len(categories) > 1:
        raise ValueError(f"has several categories, {', '.join(sorted(categories))}; choose one with --category")
    return ImportSummary(results, _alarms(results, np.array(sizes, float).reshape(-1, 2), format))


def _index_images(images: list[Mapping[str, Any]]) -> dict[Any, Mapping[str, Any]]:
    index: dict[Any, Mapping[str, Any]] = {}
    for image in images:
        name = str(image["file_name"])
        index |= {image["id"]: image, name: image, Path(name).name: image, Path(name).stem: image}
    return index


def _find_image(entry: Mapping[str, Any], by_name: dict[Any, Mapping[str, Any]]) -> Mapping[str, Any]:
    key = entry.get("image_id", entry.get("file_name"))
    if key is None:
        raise ValueError("neither image_id nor file_name")
    if isinstance(key, str) and key not in by_name:
        key = Path(key).name
    if isinstance(key, bool) or not isinstance(key, (int, str)) or key not in by_name:
        raise ValueError(f"image {key!r} is not in the annotation file")
    return by_name[key]


def _numbers(value: Any, name: str) -> np.ndarray:
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is not numbers") from None
    if not np.isfinite(array).all():
        raise ValueError(f"{name} is not finite")
    return array


def _convert(entry: Mapping[str, Any], image: Mapping[str, Any], format: PredictionFormat) -> dict[str, Any]:
    for name in ("bbox", "score"):
        if name not in entry:
            raise ValueError(f"{name} is missing")
    score = _numbers(entry["score"], "score")
    if score.shape:
        raise ValueError("score is not one number")
    annotated = np.array([image["width"], image["height"]], float)
    scale = _scale(annotated, format)
    result = {"image_id": image["id"], "category_id": 1, "bbox": _box(entry["bbox"], scale, format)}
    result["score"] = float(score)
    if entry.get("keypoints"):
        points = _keypoints(entry["keypoints"], float(score))
        offset = 0.0 if format.corner_origin or format.normalised else 0.5
        points[:, :2] = (points[:, :2] + offset) * scale - 0.5
        result["keypoints"] = points.round(4).tolist()
    if entry.get("position_on_pitch") is not None:
        position = _numbers(entry["position_on_pitch"], "position_on_pitch")
        if position.shape != (2,):
            raise ValueError("position_on_pitch is not 2 numbers")
        result["position_on_pitch"] = position.tolist()
    return result


def _scale(annotated: np.ndarray, format: PredictionFormat) -> np.ndarray:
    """(2,) annotated pixels per unit of the foreign coordinates."""
    if format.normalised:
        return annotated
    size = np.array(format.from_size or annotated, float)
    scale = annotated / size
    if abs(scale[0] / scale[1] - 1) > 0.01:
        (w, h), (aw, ah) = size.astype(int), annotated.astype(int)
        raise ValueError(f"{w}x{h} has another aspect ratio than the annotated {aw}x{ah}; undo the padding first")
    return scale


def _box(value: Any, scale: np.ndarray, format: PredictionFormat) -> list[float]:
    box = _numbers(value, "bbox")
    if box.shape != (4,):
        raise ValueError("bbox is not 4 numbers")
    first, second = box[:2] * scale, box[2:] * scale
    if format.box_format == "xyxy":
        second = second - first
    elif format.box_format == "cxcywh":
        first = first - second / 2
    if (second < 0).any():
        raise ValueError(f"bbox has a negative size; is it {format.box_format}?")
    return np.concatenate([first, second]).round(4).tolist()


def _keypoints(value: Any, score: float) -> np.ndarray:
    """(2, 3): x, y and a score; the detection's own score for pairs."""
    points = _numbers(value, "keypoints")
    if points.ndim == 1 and points.size in (2, 3, 4, 6):
        points = points.reshape(-1, 2 if points.size in (2, 4) else 3)
    if points.ndim != 2 or points.shape[1] not in (2, 3) or points.shape[0] not in (1, 2):
        raise ValueError("keypoints are not pelvis and pelvis_ground (nested or flat, 2 or 3 numbers each)")
    if points.shape[1] == 2:
        points = np.column_stack([points, np.full(len(points), score)])
    return np.repeat(points, 2 // len(points), axis=0)


def _alarms(results: list[dict], sizes: np.ndarray, format: PredictionFormat) -> list[str]:
    if len(results) < _MIN_DETECTIONS:
        return []
    boxes = np.array([result["bbox"] for result in results])
    centres, ends = boxes[:, :2] + boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:]
    outside = np.mean(((centres < 0) | (centres > sizes)).any(-1))
    if outside > 0.05:
        origin = "normalised" if format.normalised else "x".join(map(str, format.from_size or ("annotated", "size")))
        raise ValueError(f"{outside:.0%} of the boxes lie outside the frame: the coordinates are not {origin}")
    if ends.max() <= 2:
        raise ValueError("all coordinates lie within 2 pixels: they are normalised, pass --normalised")
    if (ends <= sizes / 2).all():
        return [
            "all boxes lie in the frame's upper left quarter: are they Full HD pixels? Then pass --from-size 1920x1080"
        ]
    return []
