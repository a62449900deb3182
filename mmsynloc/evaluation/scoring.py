"""Scores of results against a ground truth, from files or parsed JSON."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.evaluation.functional import DetectionTable, LocSimResult, box_statistics, evaluate_locsim
from mmsynloc.evaluation.io import (
    CoordinateWarning,
    GroundTruth,
    coordinate_alarm,
    parse_detections,
    parse_ground_truth,
)
from mmsynloc.utils import UserError, load_json

__all__ = ["score_detections", "score_files", "score_results"]


def score_detections(
    truth: GroundTruth,
    detections: DetectionTable,
    points_px: np.ndarray | None = None,
    *,
    tau_m: float = 1.0,
    score_threshold: float | None = None,
    img_ids: Sequence[int] | None = None,
    box_ap: bool = False,
) -> LocSimResult:
    """Score detections that are arrays already; see :func:`score_results`.

    Args:
        truth: the ground truth.
        detections: D detections; ``detections.image`` indexes ``truth.image_ids``.
        points_px: (D, 2) the pixels of their positions, for the coordinate alarm.
        tau_m: distance in metres at which LocSim has fallen to 0.05.
        score_threshold: for the last five statistics; by default the best is chosen.
        img_ids: ids of the images to evaluate; by default all.
        box_ap: also compute COCO's box statistics (``result.box_stats``).
    """
    if not (np.isfinite(tau_m) and tau_m > 0):
        raise UserError(f"tau is {tau_m}, not a positive number of metres")
    if score_threshold is not None and not np.isfinite(score_threshold):
        raise UserError(f"score_threshold is {score_threshold}, not a finite number")
    if points_px is not None:
        alarm = coordinate_alarm(points_px, detections.image, truth.people, truth.cameras.image_size)
        if alarm:
            warnings.warn(alarm, CoordinateWarning, stacklevel=2)
    num_images, images = len(truth.image_ids), truth.choose_images(img_ids)
    result = evaluate_locsim(
        num_images, truth.people, detections, tau_m=tau_m, score_threshold=score_threshold, images=images
    )
    if not box_ap:
        return result
    try:
        return replace(result, box_stats=box_statistics(num_images, truth.people, detections, images))
    except ValueError as error:
        raise UserError(f"{truth.where}: no box AP: {error}") from None


def score_results(
    ground_truth: GroundTruth | Mapping[str, Any],
    results: Sequence[Mapping[str, Any]],
    *,
    position_from: str = "keypoint",
    keypoint_index: int = 1,
    tau_m: float = 1.0,
    score_threshold: float | None = None,
    img_ids: Sequence[int] | None = None,
    box_ap: bool = False,
    where: str = "results",
) -> LocSimResult:
    """Score parsed results against a parsed annotation file.

    Args:
        ground_truth: the parsed annotation file, or what :func:`parse_ground_truth` made of it.
        results: list of objects with ``image_id``, ``score`` and, by ``position_from``, ``keypoints`` (x, y and
            visibility, nested or flat, annotated pixels), ``position_on_pitch`` (metres) or ``bbox`` (x, y, w, h).
        position_from: ``"keypoint"``, ``"position_on_pitch"`` or ``"bbox"`` (the middle of its lower edge).
        keypoint_index: the keypoint that is the position, from 0; 1 is ``pelvis_ground``.
        tau_m: distance in metres at which LocSim has fallen to 0.05; the server reports 1 and 5.
        score_threshold: for precision, recall, F1 and frame accuracy. By default the one with the best F1 on these
            very data is chosen, which is right on validation data only.
        img_ids: ids of the images to evaluate; by default all.
        box_ap: also compute COCO's box statistics (``result.box_stats``).
        where: the name under which errors speak of the results.

    Returns:
        The statistics, curves and matches; ``result.match`` has the order of ``results`` and indexes the annotations.

    Raises:
        UserError: something is missing or wrong; the message names the entry.
    """
    truth = ground_truth if isinstance(ground_truth, GroundTruth) else parse_ground_truth(ground_truth)
    detections, points_px = parse_detections(results, truth, position_from, keypoint_index, where)
    return score_detections(
        truth,
        detections,
        points_px,
        tau_m=tau_m,
        score_threshold=score_threshold,
        img_ids=img_ids,
        box_ap=box_ap,
    )


def score_files(
    ann_file: str | Path, results_file: str | Path, img_ids_file: str | Path | None = None, **options: Any
) -> LocSimResult:
    """Score a results file against an annotation file.

    Args:
        ann_file: annotation JSON in the official layout.
        results_file: results JSON; see :func:`score_results`.
        img_ids_file: JSON list of the image ids to evaluate.
        options: the other options of :func:`score_results`.

    Raises:
        UserError: a file is missing or not JSON, or an entry is wrong; the message names both.
    """
    truth = parse_ground_truth(load_json(ann_file), str(ann_file))
    if img_ids_file is not None:
        ids = load_json(img_ids_file)
        truth.choose_images(ids, str(img_ids_file))
        options["img_ids"] = ids
    return score_results(truth, load_json(results_file), where=f"{results_file}: detections", **options)
