"""Detections of a results file, checked and as arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.evaluation.functional import DetectionTable, pixels_to_pitch
from mmsynloc.evaluation.io.entries import Entries
from mmsynloc.evaluation.io.ground_truth import GroundTruth
from mmsynloc.utils import UserError, load_json

__all__ = ["POSITION_SOURCES", "load_detections", "parse_detections", "points_px_of"]

POSITION_SOURCES = ("keypoint", "position_on_pitch", "bbox")
"""Where a detection's position comes from: a keypoint, a pitch position, or the box's bottom centre."""


def _images_of(detections: Entries, truth: GroundTruth) -> np.ndarray:
    """Image of each detection (D,); -1 for a detection of another category."""
    image_ids = detections.integers("image_id")
    image = truth.find_images(image_ids)
    for wrong in np.flatnonzero(image < 0):
        detections.fail(int(wrong), f"image_id {image_ids[wrong]} is not in {truth.where}")
    if any("category_id" in entry for entry in detections.entries):
        image[detections.integers("category_id") != truth.category_id] = -1
    return image


def _areas(detections: Entries, boxes_xywh: np.ndarray | None) -> np.ndarray:
    """Areas (D,) as ``xtcocotools`` has them: of the box, else of the keypoints' extent, else as given, else 0."""
    if boxes_xywh is not None:
        return boxes_xywh[:, 2] * boxes_xywh[:, 3]
    if detections.has("keypoints"):
        points = detections.keypoints()[:, :, :2]
        return np.ptp(points, axis=1).prod(axis=1)
    return detections.numbers("area") if detections.has("area") else np.zeros(len(detections))


def points_px_of(
    detections: Entries, position_from: str, keypoint_index: int, boxes_xywh: np.ndarray | None
) -> np.ndarray:
    """The pixels (D, 2) that stand for the detections.

    Args:
        detections: the results.
        position_from: ``"keypoint"`` or ``"bbox"`` (the middle of the box's lower edge).
        keypoint_index: the keypoint to take.
        boxes_xywh: (D, 4) their boxes, if they have any.

    Raises:
        UserError: a detection has no such keypoint, or no box.
    """
    if position_from == "bbox":
        boxes = detections.vectors("bbox", 4) if boxes_xywh is None else boxes_xywh
        return boxes[:, :2] + boxes[:, 2:] * (0.5, 1.0)
    keypoints = detections.keypoints()
    if not len(detections):
        return np.zeros((0, 2))
    number = keypoints.shape[1]
    if not -number <= keypoint_index < number:
        raise UserError(f"{detections.where}: keypoint {keypoint_index} is asked for, but entries have {number}")
    return keypoints[:, keypoint_index, :2]


def parse_detections(
    results: Any,
    truth: GroundTruth,
    position_from: str = "keypoint",
    keypoint_index: int = 1,
    where: str = "results",
) -> tuple[DetectionTable, np.ndarray | None]:
    """Check parsed results and turn them into arrays.

    Args:
        results: list of objects with ``image_id``, ``score`` and what the position needs; ``bbox`` (x, y, w, h)
            gives the area.
        truth: the ground truth that they are for.
        position_from: one of :data:`POSITION_SOURCES`.
        keypoint_index: the keypoint to take for ``"keypoint"``.
        where: the name under which errors speak of the list.

    Returns:
        The detections, in the order of ``results``, and the pixels (D, 2) of their positions, None for pitch positions.

    Raises:
        UserError: something is missing or wrong; the message names the entry.
    """
    if position_from not in POSITION_SOURCES:
        raise UserError(f"position_from is {position_from!r}, not one of {', '.join(POSITION_SOURCES)}")
    detections = Entries(results, where)
    image = _images_of(detections, truth)
    scores = detections.numbers("score")
    boxes = detections.vectors("bbox", 4) if detections.has("bbox") else None
    if position_from == "position_on_pitch":
        points_px = None
        positions = detections.vectors("position_on_pitch", 2)
    else:
        points_px = points_px_of(detections, position_from, keypoint_index, boxes)
        positions = pixels_to_pitch(points_px, image, truth.cameras)
    return DetectionTable(image, scores, positions, _areas(detections, boxes), boxes), points_px


def load_detections(
    path: str | Path, truth: GroundTruth, position_from: str = "keypoint", keypoint_index: int = 1
) -> tuple[DetectionTable, np.ndarray | None]:
    """Read and check a results file; see :func:`parse_detections`.

    Raises:
        UserError: the file is missing, is not JSON, or something in it is missing or wrong.
    """
    return parse_detections(load_json(path), truth, position_from, keypoint_index, f"{path}: detections")
