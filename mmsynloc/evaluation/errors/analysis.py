"""All figures of one result, and the differences between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mmsynloc.evaluation.errors.attributes import camera_positions_m, make_attributes
from mmsynloc.evaluation.errors.calibration import Calibration, calibrate
from mmsynloc.evaluation.errors.case import REACH_M, Case, MatchedCase, match_case
from mmsynloc.evaluation.errors.groups import GroupRow, by_camera, group_rows
from mmsynloc.evaluation.errors.offsets import OffsetSummary, summarise_offsets
from mmsynloc.evaluation.errors.operating import ImageErrors, OperatingPoint, image_errors, operate
from mmsynloc.evaluation.errors.pitch_cells import PitchCells, pitch_cells
from mmsynloc.evaluation.errors.precision import bootstrap_average_precision
from mmsynloc.evaluation.errors.repairs import Repairs, repair_in_turn
from mmsynloc.evaluation.errors.thresholds import ThresholdCurve, threshold_curve
from mmsynloc.evaluation.functional import CameraTable, DetectionTable, PeopleTable

__all__ = ["TAUS_M", "Analysis", "Difference", "Draws", "analyse", "difference", "interval"]

TAUS_M = (1.0, 5.0)
"""Scales of LocSim in metres for which the challenge's server reports scores."""


class Draws(NamedTuple):
    """Scores of B draws of the images with replacement.

    Args:
        ap: (B,) mAP-LocSim at each of :data:`TAUS_M`.
        f1: (B,) at the score threshold.
        frame_accuracy: (B,) likewise.
    """

    ap: dict[float, np.ndarray]
    f1: np.ndarray
    frame_accuracy: np.ndarray


@dataclass(frozen=True)
class Analysis:
    """The errors of one result at tau 1, D detections and G people; see the classes of the fields.

    Args:
        matched: detections, people and matches.
        operating: the detections over the score threshold.
        draws: scores of the bootstrap.
        repairs: what each kind of error costs.
        images: counts of each image.
        groups: rows by the name of the attribute.
        offsets_m: errors along and across the viewing ray.
        offsets_px: errors to the right and downwards in the image; without any if a side has no pixels.
        calibration: of the scores.
        curve: F1 over the score threshold.
        cells: errors by position on the pitch.
    """

    matched: MatchedCase
    operating: OperatingPoint
    draws: Draws
    repairs: Repairs
    images: ImageErrors
    groups: dict[str, list[GroupRow]]
    offsets_m: OffsetSummary
    offsets_px: OffsetSummary
    calibration: Calibration
    curve: ThresholdCurve
    cells: PitchCells


def analyse(
    people: PeopleTable,
    detections: DetectionTable,
    cameras: CameraTable,
    weights: np.ndarray,
    score_threshold: float,
    *,
    box_positions_m: np.ndarray | None = None,
    det_points_px: np.ndarray | None = None,
    gt_points_px: np.ndarray | None = None,
) -> Analysis:
    """Analyse one result.

    Args:
        people: G people.
        detections: D detections.
        cameras: of M images.
        weights: (B, M) of the bootstrap (:func:`~mmsynloc.evaluation.errors.bootstrap_weights`).
        score_threshold: for all counts; the average precision does not use it.
        box_positions_m: (D, 2) ground positions of the boxes' bottom centres, to compare with.
        det_points_px: (D, 2) the pixels of the positions.
        gt_points_px: (G, 2) the true ones.
    """
    case = Case.from_tables(len(cameras.camera_matrix), people, detections)
    matched = match_case(case, reach_m=REACH_M)
    det, gt = case.arrangement.det_row, case.arrangement.gt_row
    matched_boxes = None if box_positions_m is None else match_case(case.moved(box_positions_m[det]))
    operating = operate(matched, camera_positions_m(cameras)[:, :2], score_threshold)
    images = image_errors(matched, operating)
    attributes = [*make_attributes(case, cameras), by_camera(case, cameras)]
    correct = matched.matches[0] >= 0
    scores, person = case.arrangement.det_score, operating.pairing.person
    offsets_px = np.zeros((0, 2))
    if det_points_px is not None and gt_points_px is not None:
        found = np.flatnonzero(person >= 0)
        offsets_px = det_points_px[det[found]] - gt_points_px[gt[person[found]]]
    everything = operate(matched, camera_positions_m(cameras)[:, :2], -np.inf)
    return Analysis(
        matched=matched,
        operating=operating,
        draws=_draw(matched, images, weights),
        repairs=repair_in_turn(matched),
        images=images,
        groups={a.name: group_rows(a, matched, matched_boxes, operating) for a in attributes},
        offsets_m=summarise_offsets(operating.offsets_m),
        offsets_px=summarise_offsets(offsets_px),
        calibration=calibrate(scores, correct, np.where(correct, everything.similarity, 0)),
        curve=threshold_curve(scores, correct, len(case.gt_positions_m)),
        cells=pitch_cells(case, operating),
    )


def _draw(matched: MatchedCase, images: ImageErrors, weights: np.ndarray) -> Draws:
    ap = {}
    for tau_m in TAUS_M:
        at_tau = matched if tau_m == matched.tau_m else match_case(matched.case, tau_m)
        ap[tau_m] = bootstrap_average_precision(at_tau, weights)
    total = weights @ (images.people + images.used)
    counts = (images.people > 0) | (np.bincount(matched.case.arrangement.det_image, minlength=len(images.people)) > 0)
    right = counts & (images.matched == images.people)
    accuracy = (weights @ right.astype(np.int64)) / np.maximum(weights @ counts.astype(np.int64), 1)
    return Draws(ap, 2 * (weights @ images.matched) / np.maximum(total, 1), accuracy)


def interval(values: np.ndarray) -> tuple[float, float]:
    """The range (95 %) in which the values of the draws lie; NaN without any."""
    values = values[np.isfinite(values)]
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.percentile(values, (2.5, 97.5)).tolist()
    return low, high


class Difference(NamedTuple):
    """How one result differs from another on the same draws of images.

    Args:
        value: second minus first, of the whole data.
        low: lower end of its 95 % interval.
        high: upper end.
        p_value: two-sided: twice the smaller share of draws in which the sign is the other one, at least 2 / B.
    """

    value: float
    low: float
    high: float
    p_value: float

    @property
    def significant(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def difference(first: float, second: float, first_draws: np.ndarray, second_draws: np.ndarray) -> Difference:
    """Compare two results by the paired bootstrap.

    Args:
        first: score of the one on the whole data.
        second: score of the other.
        first_draws: (B,) its scores on the draws.
        second_draws: (B,) those of the other, on the same draws.
    """
    steps = second_draws - first_draws
    steps = steps[np.isfinite(steps)]
    low, high = interval(steps)
    if not len(steps):
        return Difference(second - first, low, high, 1.0)
    p_value = 2 * max(min(float((steps <= 0).mean()), float((steps >= 0).mean())), 1 / len(steps))
    return Difference(second - first, low, high, min(p_value, 1.0))
