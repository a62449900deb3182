"""Oracles: what the score would be if one part of the system, or the labels themselves, were the prediction."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import numpy as np

from mmsynloc.evaluation.alarm import EvaluationWarning
from mmsynloc.evaluation.errors import REACH_M, Case, map_locsim, match_case, pair_within_reach
from mmsynloc.evaluation.functional import DetectionTable, PeopleTable, pixels_to_pitch
from mmsynloc.evaluation.tables import camera_table, detection_table, people_table
from mmsynloc.files import Annotations, Detections, People
from mmsynloc.structures.boxes import bottom_centres

__all__ = ["ORACLES", "label_tables", "prediction_oracles", "score_oracles"]

ORACLES = {
    "bottom of the box": "predicted boxes, each placed at its bottom centre: the baseline of the paper",
    "perfect ranking": "predicted points, the better the position the higher the score",
    "true boxes, predicted points": "every detected athlete once and no other; athletes without a detection left out",
    "true points, predicted scores": "every detection within 2 m of an athlete moved to the right place",
    "true bottom of the box": "the annotated boxes, each placed at its bottom centre",
    "true ground point": "the annotated keypoint pelvis_ground",
}
"""The oracles, and what each puts in place of the prediction."""


def label_tables(annotations: Annotations) -> dict[str, DetectionTable]:
    """The labels as detections of score 1, by ``position``, ``keypoint`` (pelvis_ground) and ``bbox`` (bottom centre).

    Kinds that the annotations do not have are left out; without people there is none.
    """
    truth = annotations.people
    if truth is None or not len(truth):
        return {}
    positions = {"position": truth.positions_pitch_m}
    scores = np.ones(len(truth))
    if _has_cameras(annotations):
        positions |= _projected_labels(annotations, truth)
    return {name: DetectionTable(truth.image, scores, p, truth.areas_px2) for name, p in positions.items()}


def _has_cameras(annotations: Annotations) -> bool:
    return {"camera_matrices", "undist_polys", "image_sizes"} <= annotations.columns.keys()


def _projected_labels(annotations: Annotations, truth: People) -> dict[str, np.ndarray]:
    """Ground positions (G, 2) of the labels that are pixels."""
    positions, cameras = {}, camera_table(annotations)
    if truth.keypoints is not None and truth.keypoints.shape[1] > 1:
        positions["keypoint"] = pixels_to_pitch(truth.keypoints[:, 1, :2], truth.image, cameras)
    if truth.boxes_xywh is not None:
        positions["bbox"] = pixels_to_pitch(bottom_centres(truth.boxes_xywh), truth.image, cameras)
    return positions


def prediction_oracles(case: Case) -> dict[str, Case]:
    """A case in which one part of the prediction is right, for three names of :data:`ORACLES`.

    Which detection is whose is decided as for the repairs: the metric's matches at LocSim 0.5 (tau 1 m), then the
    closest free person within 2 m.

    Args:
        case: D detections and G people.
    """
    matched = match_case(case, reach_m=REACH_M)
    person = pair_within_reach(matched.pairs, matched.matches[0], len(case.gt_positions_m), 0.5).person
    paired = person >= 0
    found = np.zeros(len(case.gt_positions_m), bool)
    found[person[paired]] = True
    distance = np.full(len(person), np.inf)
    distance[paired] = np.hypot(*(case.det_positions_m[paired] - case.gt_positions_m[person[paired]]).T)
    moved = case.det_positions_m.copy()
    moved[paired] = case.gt_positions_m[person[paired]]
    return {
        "perfect ranking": _changed(case, scores=-distance),
        "true boxes, predicted points": _changed(case, keep_det=paired, keep_gt=found),
        "true points, predicted scores": _changed(case, positions_m=moved),
    }


def _changed(
    case: Case,
    scores: np.ndarray | None = None,
    positions_m: np.ndarray | None = None,
    keep_det: np.ndarray | None = None,
    keep_gt: np.ndarray | None = None,
) -> Case:
    """The case with other scores or positions (D,), or only some of the detections (D,) and people (G,)."""
    arrangement = case.arrangement
    det_image, gt_image = arrangement.det_image, arrangement.gt_image
    if keep_det is not None:
        det_image = np.where(keep_det, det_image, -1)
    if keep_gt is not None:
        gt_image = np.where(keep_gt, gt_image, -1)
    detections = DetectionTable(
        det_image,
        arrangement.det_score if scores is None else scores,
        case.det_positions_m if positions_m is None else positions_m,
        arrangement.det_area,
    )
    people = PeopleTable(gt_image, case.gt_positions_m, arrangement.gt_area)
    return Case.from_tables(case.num_images, people, detections)


def score_oracles(
    annotations: Annotations,
    detections: Detections,
    position_from: str = "keypoint",
    keypoint_index: int = 1,
    tau_m: float = 1.0,
    img_ids: Sequence[int] | None = None,
) -> dict[str, float]:
    """mAP-LocSim of the oracles, by the names of :data:`ORACLES`.

    Those are left out for which the labels are missing, or the people.

    Args:
        annotations: the ground truth.
        detections: the prediction.
        position_from: as in :func:`~mmsynloc.evaluation.score_detections`.
        keypoint_index: likewise.
        tau_m: scale of LocSim in metres.
        img_ids: ids of the images to evaluate; by default all.
    """
    people, images = people_table(annotations), annotations.choose_images(img_ids)

    def make_case(table: DetectionTable) -> Case:
        return Case.from_tables(len(annotations), people, table, images)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EvaluationWarning)  # of detections that are left out: the scores report them
        tables = {"prediction": detection_table(detections, annotations, position_from, keypoint_index)[0]}
        if detections.boxes_xywh is not None and _has_cameras(annotations):
            tables["bottom of the box"] = detection_table(detections, annotations, "bbox")[0]
    labels = label_tables(annotations)
    for name, label in (("true bottom of the box", "bbox"), ("true ground point", "keypoint")):
        if label in labels:
            tables[name] = labels[label]
    cases = {name: make_case(table) for name, table in tables.items()}
    cases |= prediction_oracles(cases["prediction"])
    scores = {name: map_locsim(match_case(cases[name], tau_m)) for name in ORACLES if name in cases}
    return {name: score for name, score in scores.items() if not math.isnan(score)}
