"""mAP-LocSim of a whole data set, from arrays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from mmsynloc.evaluation.functional.accumulate import RECALLS, evaluate_areas, match_rows
from mmsynloc.evaluation.functional.arrange import Arrangement, arrange
from mmsynloc.evaluation.functional.candidates import iou_candidates, locsim_candidates
from mmsynloc.evaluation.functional.matching import THRESHOLDS
from mmsynloc.evaluation.functional.statistics import coco_statistics, threshold_statistics

__all__ = ["DetectionTable", "LocSimResult", "PeopleTable", "PrecisionRecall", "box_statistics", "evaluate_locsim"]


@dataclass(frozen=True)
class PeopleTable:
    """G annotated people.

    Args:
        image: (G,) image of each, 0 to M - 1 in ascending image id.
        positions_pitch_m: (G, 2) metres.
        areas_px2: (G,) px² at the annotated resolution.
        boxes_xywh: (G, 4) pixels, or None.
    """

    image: np.ndarray
    positions_pitch_m: np.ndarray
    areas_px2: np.ndarray
    boxes_xywh: np.ndarray | None = None


@dataclass(frozen=True)
class DetectionTable:
    """D detections.

    Args:
        image: (D,) image of each, 0 to M - 1 in ascending image id; -1 for one that is left out.
        scores: (D,) scores.
        positions_pitch_m: (D, 2) metres; NaN where there is no ground position.
        areas_px2: (D,) px² at the annotated resolution.
        boxes_xywh: (D, 4) pixels, or None.
    """

    image: np.ndarray
    scores: np.ndarray
    positions_pitch_m: np.ndarray
    areas_px2: np.ndarray
    boxes_xywh: np.ndarray | None = None


@dataclass(frozen=True)
class PrecisionRecall:
    """Precision-recall curves without area limits, at T thresholds of LocSim.

    Args:
        thresholds: (T,) 0.5, 0.55, ..., 0.95.
        recall: (R,) 0, 0.01, ..., 1.
        precision: (T, R) best precision at that recall or a higher one.
        scores: (T, R) score of the detection that reaches that recall.
    """

    thresholds: np.ndarray
    recall: np.ndarray
    precision: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True)
class LocSimResult:
    """Result of :func:`evaluate_locsim`.

    Args:
        stats: the 17 statistics by name (:data:`STAT_NAMES`).
        curves: precision over recall, for plots.
        match: (D,) the person that each detection matches at LocSim 0.5, as row of the people table, or -1.
        distance_m: (D,) ground distance to that person in metres; NaN without one.
        positions_pitch_m: (D, 2) the ground positions that were scored.
        tau_m: scale of LocSim in metres.
        box_stats: COCO's 12 statistics of the boxes, where they were asked for.
    """

    stats: dict[str, float]
    curves: PrecisionRecall
    match: np.ndarray
    distance_m: np.ndarray
    positions_pitch_m: np.ndarray
    tau_m: float
    box_stats: dict[str, float] | None = None


def _arrange(
    num_images: int, people: PeopleTable, detections: DetectionTable, images: Collection[int] | None
) -> Arrangement:
    columns = (detections.image, detections.scores, detections.areas_px2, people.image, people.areas_px2)
    return arrange(num_images, *columns, images=images)


def evaluate_locsim(
    num_images: int,
    people: PeopleTable,
    detections: DetectionTable,
    *,
    tau_m: float = 1.0,
    score_threshold: float | None = None,
    images: Collection[int] | None = None,
) -> LocSimResult:
    """Score detections by their positions on the pitch.

    Equals the official evaluator (``sskit`` 0.6.0 ``LocSimCOCOeval`` on ``xtcocotools``, iouType 'bbox'), except that
    a pixel above the horizon has no position and no match, and that F1 is 0, not NaN, when nothing matches.

    Args:
        num_images: M.
        people: the ground truth.
        detections: what to score.
        tau_m: distance in metres at which LocSim has fallen to 0.05.
        score_threshold: for precision, recall, F1 and frame accuracy; by default the best on these data is
            chosen, which is right on validation data only. The average precision does not use it.
        images: the images to evaluate, 0 to M - 1; by default all.
    """
    arrangement = _arrange(num_images, people, detections, images)
    det_positions = detections.positions_pitch_m[arrangement.det_row]
    gt_positions = people.positions_pitch_m[arrangement.gt_row]
    areas = evaluate_areas(arrangement, locsim_candidates(arrangement, det_positions, gt_positions, tau_m))
    everywhere = areas["all"]
    stats = coco_statistics(areas) | threshold_statistics(arrangement, everywhere, score_threshold)
    match = match_rows(arrangement, everywhere, len(detections.image))
    matched, distance = match >= 0, np.full(len(match), np.nan)
    offset = detections.positions_pitch_m[matched] - people.positions_pitch_m[match[matched]]
    distance[matched] = np.hypot(offset[:, 0], offset[:, 1])
    return LocSimResult(
        stats=stats,
        curves=PrecisionRecall(THRESHOLDS.copy(), RECALLS.copy(), everywhere.precision, everywhere.scores),
        match=match,
        distance_m=distance,
        positions_pitch_m=detections.positions_pitch_m,
        tau_m=tau_m,
    )


def box_statistics(
    num_images: int, people: PeopleTable, detections: DetectionTable, images: Collection[int] | None = None
) -> dict[str, float]:
    """COCO's 12 box statistics with the plain intersection over union, by their names in :data:`COCO_NAMES`.

    Args:
        num_images: M.
        people: the ground truth, with boxes.
        detections: what to score, with boxes.
        images: the images to evaluate, 0 to M - 1; by default all.

    Raises:
        ValueError: people or detections have no boxes.
    """
    det_boxes, gt_boxes = detections.boxes_xywh, people.boxes_xywh
    if gt_boxes is None or det_boxes is None:
        raise ValueError(f"the {'people' if gt_boxes is None else 'detections'} have no boxes")
    arrangement = _arrange(num_images, people, detections, images)
    pairs = iou_candidates(arrangement, det_boxes[arrangement.det_row], gt_boxes[arrangement.gt_row])
    return coco_statistics(evaluate_areas(arrangement, pairs))
