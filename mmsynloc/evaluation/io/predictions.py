"""Predictions of one image as arrays, and results files made of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.evaluation.functional import DetectionTable, pixels_to_pitch
from mmsynloc.evaluation.io.ground_truth import GroundTruth
from mmsynloc.utils import UserError, atomic_write

__all__ = ["ImagePredictions", "table_of_predictions", "write_results"]


@dataclass(frozen=True)
class ImagePredictions:
    """N detections in one image, in annotated pixels.

    Args:
        img_id: id of the image.
        scores: (N,) scores.
        boxes_xywh: (N, 4) boxes, or None.
        keypoints: (N, K, 3) x, y and score, or None.
        positions_pitch_m: (N, 2) metres, or None.
    """

    img_id: int
    scores: np.ndarray
    boxes_xywh: np.ndarray | None = None
    keypoints: np.ndarray | None = None
    positions_pitch_m: np.ndarray | None = None

    def __getitem__(self, rows: np.ndarray) -> ImagePredictions:
        columns = ("scores", "boxes_xywh", "keypoints", "positions_pitch_m")
        chosen = {name: getattr(self, name) for name in columns}
        return replace(self, **{name: c if c is None else c[rows] for name, c in chosen.items()})

    def finite(self) -> np.ndarray:
        """Which detections (N,) have nothing but finite numbers."""
        number = len(self.scores)
        if not number:
            return np.ones(0, bool)
        columns = (self.scores, self.boxes_xywh, self.keypoints, self.positions_pitch_m)
        return np.logical_and.reduce([np.isfinite(c.reshape(number, -1)).all(1) for c in columns if c is not None])

    def to_results(self, category_id: int = 1) -> list[dict[str, Any]]:
        """The detections as entries of a results file."""
        entries = []
        for row, score in enumerate(self.scores.tolist()):
            entry: dict[str, Any] = {"image_id": int(self.img_id), "category_id": category_id, "score": score}
            if self.boxes_xywh is not None:
                entry["bbox"] = self.boxes_xywh[row].tolist()
            if self.keypoints is not None:
                entry["keypoints"] = self.keypoints[row].ravel().tolist()
            if self.positions_pitch_m is not None:
                entry["position_on_pitch"] = self.positions_pitch_m[row].tolist()
            entries.append(entry)
        return entries


def write_results(predictions: Iterable[ImagePredictions], path: str | Path) -> None:
    """Write a results file, image by image, so that it never is in memory as a whole, and atomically.

    Args:
        predictions: the images' detections.
        path: the JSON file.

    Raises:
        UserError: the file cannot be written.
    """
    with atomic_write(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        separator = "["
        for image in predictions:
            for entry in image.to_results():
                file.write(separator + json.dumps(entry, allow_nan=False))
                separator = ",\n"
        file.write("[]\n" if separator == "[" else "]\n")


def _column(predictions: Sequence[ImagePredictions], name: str, shape: tuple[int, ...]) -> np.ndarray | None:
    """All images' column (D, *shape), or None where the predictions do not have it."""
    columns = [getattr(p, name) for p in predictions if len(p.scores)]
    if any(c is None for c in columns):
        return None
    return np.concatenate([np.zeros((0, *shape)), *(c.reshape(len(c), *shape) for c in columns)])


def _points_px(
    predictions: Sequence[ImagePredictions], boxes_xywh: np.ndarray | None, position_from: str, keypoint_index: int
) -> np.ndarray:
    if position_from == "bbox":
        if boxes_xywh is None:
            raise UserError("the model predicts no boxes, so position_from='bbox' has nothing to take")
        return boxes_xywh[:, :2] + boxes_xywh[:, 2:] * (0.5, 1.0)
    numbers = {0 if p.keypoints is None else p.keypoints.shape[1] for p in predictions if len(p.scores)}
    if numbers and not -min(numbers) <= keypoint_index < min(numbers):
        raise UserError(f"the model predicts {min(numbers)} keypoints, so there is no keypoint {keypoint_index}")
    points = [p.keypoints[:, keypoint_index, :2] for p in predictions if len(p.scores)]
    return np.concatenate([np.zeros((0, 2)), *points])


def table_of_predictions(
    predictions: Sequence[ImagePredictions], truth: GroundTruth, position_from: str, keypoint_index: int
) -> tuple[DetectionTable, np.ndarray | None]:
    """Predictions as one table; the counterpart of :func:`parse_detections` for arrays.

    Args:
        predictions: the images' detections.
        truth: the ground truth that they are for.
        position_from: ``"keypoint"``, ``"position_on_pitch"`` or ``"bbox"``.
        keypoint_index: the keypoint that is the position.

    Returns:
        The detections, image after image, and the pixels (D, 2) of their positions, None for pitch positions.

    Raises:
        UserError: an image is not in the ground truth, or the predictions lack what the position needs.
    """
    img_ids = np.array([p.img_id for p in predictions], np.int64)
    places = truth.find_images(img_ids)
    if (places < 0).any():
        raise UserError(f"{truth.where}: has no image {img_ids[places < 0][0]}, for which there are predictions")
    image = np.repeat(places, [len(p.scores) for p in predictions])
    scores = _column(predictions, "scores", ())
    boxes = _column(predictions, "boxes_xywh", (4,))
    if position_from == "position_on_pitch":
        points_px, positions = None, _column(predictions, "positions_pitch_m", (2,))
        if positions is None:
            raise UserError("the model predicts no position_on_pitch")
    else:
        points_px = _points_px(predictions, boxes, position_from, keypoint_index)
        positions = pixels_to_pitch(points_px, image, truth.cameras)
    areas = np.zeros(len(scores)) if boxes is None else boxes[:, 2] * boxes[:, 3]
    return DetectionTable(image, scores, positions, areas, boxes), points_px
