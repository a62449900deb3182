"""Precision over recall of matched detections, as COCO accumulates it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mmsynloc.evaluation.functional.arrange import Arrangement
from mmsynloc.evaluation.functional.candidates import CandidatePairs
from mmsynloc.evaluation.functional.matching import THRESHOLDS, match_at_thresholds

__all__ = [
    "AREA_RANGES_PX2",
    "MAX_DETECTIONS_OF_RECALL",
    "RECALLS",
    "AreaResult",
    "accumulate",
    "evaluate_area",
    "evaluate_areas",
    "match_rows",
]

RECALLS = np.linspace(0.0, 1.0, 101)
"""(R,) the recalls at which COCO reads the precision."""

AREA_RANGES_PX2 = {
    "all": (0.0, 1e5**2),
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, 1e5**2),
}
"""Areas in px² from which to which a person or a detection counts, both ends included."""

MAX_DETECTIONS_OF_RECALL = (1, 10, 100)
"""Numbers of detections per image for which the recall is reported."""


class AreaResult(NamedTuple):
    """Result of the matching in one area range, at T thresholds and R recalls.

    Args:
        precision: (T, R) the best precision at that recall or a higher one; 0 where it is not reached, -1
            everywhere when no person is in the area range.
        scores: (T, R) the score of the detection that reaches the recall; 0 or -1 likewise.
        recall: (T, 3) recall with the 1, 10 and 100 best detections of each image; -1 without people.
        matches: (T, D) the person of each detection, or -1.
    """

    precision: np.ndarray
    scores: np.ndarray
    recall: np.ndarray
    matches: np.ndarray


def accumulate(
    true_positive: np.ndarray, counted: np.ndarray, scores: np.ndarray, num_people: int
) -> tuple[np.ndarray, np.ndarray]:
    """Precision and score at each of the R recalls, for one threshold.

    The precision peaks at true positives, so only these are evaluated.

    Args:
        true_positive: (D,) detections with a match that counts, from the best score down.
        counted: (D,) detections that count at all, right or wrong.
        scores: (D,) their scores.
        num_people: number of people that count, positive.

    Returns:
        Precision (R,) and score (R,).
    """
    precision, score_at = np.zeros(len(RECALLS)), np.zeros(len(RECALLS))
    hits = np.flatnonzero(true_positive)
    num_hits = np.arange(1, len(hits) + 1)
    num_counted = hits + 1 if counted.all() else np.cumsum(counted)[hits]
    best = np.maximum.accumulate((num_hits / (num_counted + np.spacing(1)))[::-1])[::-1]
    reached = np.searchsorted(num_hits / num_people, RECALLS, side="left")
    inside = reached < len(hits)
    precision[inside] = best[reached[inside]]
    score_at[inside] = scores[hits[reached[inside]]]
    score_at[:1] = scores[:1] if len(scores) else 0  # recall 0 is reached by the first detection, right or wrong
    return precision, score_at


def evaluate_area(
    arrangement: Arrangement,
    pairs: CandidatePairs,
    area_range_px2: tuple[float, float],
    by_score: np.ndarray,
    gt_unlabelled: np.ndarray | None = None,
) -> AreaResult:
    """Match and accumulate within one area range.

    Args:
        arrangement: D detections and G people.
        pairs: their candidate pairs.
        area_range_px2: people outside it are ignored, with the detections that match them; so are detections
            outside it without a match.
        by_score: (D,) the detections from the best score down, ties in the arrangement's order.
        gt_unlabelled: (G,) people who are ignored whatever their area; by default none.
    """
    low, high = area_range_px2
    gt_ignored = (arrangement.gt_area < low) | (arrangement.gt_area > high)
    if gt_unlabelled is not None:
        gt_ignored |= gt_unlabelled
    det_outside = (arrangement.det_area < low) | (arrangement.det_area > high)
    num_people = int(np.count_nonzero(~gt_ignored))
    matches = match_at_thresholds(pairs, len(by_score), gt_ignored)
    shape = (len(THRESHOLDS), len(RECALLS))
    result = AreaResult(np.full(shape, -1.0), np.full(shape, -1.0), np.full((shape[0], 3), -1.0), matches)
    if not num_people:
        return result

    matched = matches >= 0
    ignored = np.append(gt_ignored, False)[matches] | (~matched & det_outside)
    true_positive = matched & ~ignored
    scores = arrangement.det_score[by_score]
    for t in range(len(THRESHOLDS)):
        result.precision[t], result.scores[t] = accumulate(
            true_positive[t, by_score], ~ignored[t, by_score], scores, num_people
        )
    for column, limit in enumerate(MAX_DETECTIONS_OF_RECALL):
        result.recall[:, column] = true_positive[:, arrangement.det_rank < limit].sum(1) / num_people
    return result


def evaluate_areas(
    arrangement: Arrangement, pairs: CandidatePairs, gt_unlabelled: np.ndarray | None = None
) -> dict[str, AreaResult]:
    """:func:`evaluate_area` for each of :data:`AREA_RANGES_PX2`, by its name."""
    by_score = np.argsort(-arrangement.det_score, kind="stable")
    return {
        name: evaluate_area(arrangement, pairs, limits, by_score, gt_unlabelled)
        for name, limits in AREA_RANGES_PX2.items()
    }


def match_rows(arrangement: Arrangement, area: AreaResult, num_detections: int) -> np.ndarray:
    """The matches at the lowest threshold (D,) as rows of the tables that were arranged, -1 for none.

    Args:
        arrangement: of the tables.
        area: its result.
        num_detections: D, of the table of detections.
    """
    match = np.full(num_detections, -1, np.int64)
    matched = np.flatnonzero(area.matches[0] >= 0)
    match[arrangement.det_row[matched]] = arrangement.gt_row[area.matches[0][matched]]
    return match
