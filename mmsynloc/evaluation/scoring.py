"""Scores of detections against annotations, from files or their parsed content."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.evaluation.alarm import CoordinateWarning, EvaluationWarning, coordinate_alarm
from mmsynloc.evaluation.functional import (
    Keypoints3DResult,
    LocSimResult,
    box_statistics,
    evaluate_keypoints_3d,
    evaluate_locsim,
)
from mmsynloc.evaluation.tables import body_detection_table, body_table, detection_table, people_table
from mmsynloc.files import (
    Annotations,
    Detections,
    parse_annotations,
    parse_results,
    read_annotations,
    read_json,
    read_results,
    read_submission,
)
from mmsynloc.utils import UserError

__all__ = [
    "position_options",
    "read_detections",
    "score_detections",
    "score_files",
    "score_keypoints_3d",
    "score_results",
]

_MOST_TAU_M = 1e6


def score_detections(
    annotations: Annotations,
    detections: Detections,
    *,
    position_from: str = "keypoint",
    keypoint_index: int = 1,
    tau_m: float = 1.0,
    score_threshold: float | None = None,
    img_ids: Sequence[int] | None = None,
    box_ap: bool = False,
) -> LocSimResult:
    """Score detections by their positions on the pitch.

    An :class:`EvaluationWarning` reports detections that are left out, nothing left to score, and pixels that
    look like those of a smaller image.

    Args:
        annotations: the ground truth.
        detections: D detections.
        position_from: ``"keypoint"``, ``"position_on_pitch"`` or ``"bbox"`` (the middle of its lower edge).
        keypoint_index: the keypoint that is the position, from 0; 1 is ``pelvis_ground``.
        tau_m: distance in metres at which LocSim has fallen to 0.05; the server reports 1 and 5.
        score_threshold: for precision, recall, F1 and frame accuracy. By default the one with the best F1 on these
            data is chosen, which is right on validation data only.
        img_ids: ids of the images to evaluate; by default all.
        box_ap: also compute COCO's box statistics (``result.box_stats``).

    Returns:
        The statistics, curves and matches; ``result.match`` has the order of the detections and indexes the people.

    Raises:
        UserError: there are no annotations, the detections do not have what the position is made of, or a parameter
            makes no sense.
    """
    _check_parameters(tau_m, score_threshold)
    people = people_table(annotations)
    images = annotations.choose_images(img_ids)
    table, points_px = detection_table(detections, annotations, position_from, keypoint_index)
    _warn_of_nothing(people.image, table.image, images, annotations, detections)
    if points_px is not None:
        there = table.image >= 0
        alarm = coordinate_alarm(points_px[there], table.image[there], people, annotations.image_sizes)
        if alarm:
            warnings.warn(alarm, CoordinateWarning, stacklevel=2)
    number = len(annotations)
    result = evaluate_locsim(number, people, table, tau_m=tau_m, score_threshold=score_threshold, images=images)
    if not box_ap:
        return result
    if table.boxes_xywh is None and len(table.image):
        raise UserError(f"{detections.path}: no box AP: the detections have no bbox")
    table = replace(table, boxes_xywh=np.zeros((0, 4)) if table.boxes_xywh is None else table.boxes_xywh)
    return replace(result, box_stats=box_statistics(number, people, table, images))


def score_keypoints_3d(
    annotations: Annotations,
    detections: Detections,
    subset: str = "body25",
    *,
    tau_m: float = 1.0,
    score_threshold: float | None = None,
    img_ids: Sequence[int] | None = None,
) -> Keypoints3DResult:
    """Score detections by the mean LocSim of their 3D keypoints.

    Args:
        annotations: the ground truth with the 25 keypoints of BODY_25, read with ``keypoints_3d=True``.
        detections: D detections with ``keypoints_3d`` of all 25.
        subset: the keypoints that count: ``"body25"`` (all), ``"fifa15"`` or ``"coco"`` (17).
        tau_m: distance in metres at which the LocSim of a keypoint has fallen to 0.05.
        score_threshold: as for :func:`score_detections`.
        img_ids: ids of the images to evaluate; by default all.

    Returns:
        The 15 statistics, curves and matches.

    Raises:
        UserError: there are no annotations, keypoints are missing, or a parameter makes no sense.
    """
    _check_parameters(tau_m, score_threshold)
    people, table = body_table(annotations, subset), body_detection_table(detections, annotations)
    images = annotations.choose_images(img_ids)
    _warn_of_nothing(people.image, table.image, images, annotations, detections)
    options: dict[str, Any] = {"tau_m": tau_m, "score_threshold": score_threshold, "images": images}
    return evaluate_keypoints_3d(len(annotations), people, table, **options)


def _check_parameters(tau_m: float, score_threshold: float | None) -> None:
    if not 0 < tau_m <= _MOST_TAU_M:
        raise UserError(f"tau is {tau_m}, not a positive number of metres, {_MOST_TAU_M:g} at most")
    if score_threshold is not None and not np.isfinite(score_threshold):
        raise UserError(f"score_threshold is {score_threshold}, not a finite number")


def _warn_of_nothing(
    gt_image: np.ndarray,
    det_image: np.ndarray,
    images: np.ndarray | None,
    annotations: Annotations,
    detections: Detections,
) -> None:
    chosen = np.arange(len(annotations)) if images is None else images
    for image, path, what in (
        (gt_image, annotations.path, "people"),
        (det_image, detections.path, "detections"),
    ):
        if not np.isin(image, chosen).any():
            warnings.warn(f"{path}: no {what} are left to score", EvaluationWarning, stacklevel=3)


def score_results(
    ground_truth: Annotations | Mapping[str, Any], results: Sequence[Mapping[str, Any]], **options: Any
) -> LocSimResult:
    """Score the parsed content of a results file against that of an annotation file.

    Args:
        ground_truth: the content of an annotation file, or what :func:`~mmsynloc.files.read_annotations` made of it.
        results: list of objects; see :func:`~mmsynloc.files.read_results`.
        options: those of :func:`score_detections`.

    Raises:
        UserError: something is missing or wrong; the message names the entry.
    """
    annotations = ground_truth if isinstance(ground_truth, Annotations) else parse_annotations(ground_truth)
    return score_detections(annotations, parse_results(results), **options)


def score_files(
    ann_file: str | Path, results_file: str | Path, img_ids_file: str | Path | None = None, **options: Any
) -> LocSimResult:
    """Score a results file, or a submission zip, against an annotation file.

    Args:
        ann_file: annotation JSON in the official layout.
        results_file: results JSON, see :func:`~mmsynloc.files.read_results`, or a submission, whose metadata then say
            where positions come from and which score threshold holds.
        img_ids_file: JSON list of the image ids to evaluate.
        options: those of :func:`score_detections`, which take precedence.

    Raises:
        UserError: a file is missing or not JSON, or an entry is wrong; the message names both.
    """
    annotations = read_annotations(ann_file)
    if img_ids_file is not None:
        options["img_ids"] = read_json(img_ids_file, list[int])
        annotations.choose_images(options["img_ids"], str(img_ids_file))
    detections, own = read_detections(results_file)
    return score_detections(annotations, detections, **(own | options))


def read_detections(results_file: str | Path) -> tuple[Detections, dict[str, Any]]:
    """Read a results file or a submission zip.

    Returns:
        The detections and, of a submission, the options of :func:`score_detections` with which the server scores it.

    Raises:
        UserError: the file is missing or breaks a rule.
    """
    if not zipfile.is_zipfile(results_file):
        return read_results(results_file), {}
    submission = read_submission(results_file)
    options: dict[str, Any] = {"score_threshold": submission.score_threshold, "position_from": "position_on_pitch"}
    if submission.keypoint_index is not None:
        options |= {"position_from": "keypoint", "keypoint_index": submission.keypoint_index}
    return submission.detections, options


def position_options(detections: Detections, stated: Mapping[str, Any]) -> dict[str, Any]:
    """Say where the positions of detections are from, where their file does not, by what they have.

    Of two keypoints, or of one, the last is the point on the ground; other numbers are another skeleton's, which needs
    ``position_on_pitch`` beside it. Boxes alone stand at the middle of their lower edge.

    Args:
        detections: of one file.
        stated: options of :func:`score_detections` that the file states.

    Returns:
        ``stated``, and ``position_from`` and ``keypoint_index`` where they follow.

    Raises:
        UserError: the keypoints are another skeleton's, and there are no positions.
    """
    if "position_from" in stated or not len(detections):
        return dict(stated)
    number = 0 if detections.keypoints is None else detections.keypoints.shape[1]
    if number in (1, 2):
        return {**stated, "position_from": "keypoint", "keypoint_index": number - 1}
    if detections.positions_pitch_m is not None:
        return {**stated, "position_from": "position_on_pitch"}
    if number:
        raise UserError(
            f"{detections.path}: has {number} keypoints: keep pelvis and pelvis_ground, or the latter alone"
        )
    return {**stated, "position_from": "bbox"}
