"""Average precision of matched detections: of all, of some, and of images drawn with replacement."""

from __future__ import annotations

import numpy as np

from mmsynloc.evaluation.errors.case import MatchedCase
from mmsynloc.evaluation.functional.accumulate import RECALLS, accumulate

__all__ = [
    "average_precision",
    "bootstrap_average_precision",
    "bootstrap_weights",
    "group_average_precision",
    "map_locsim",
]


def average_precision(true_positive: np.ndarray, counted: np.ndarray, num_people: int) -> float:
    """COCO's average precision at one threshold.

    Args:
        true_positive: (D,) which detections match, from the best score down.
        counted: (D,) which of them count at all.
        num_people: those that count. Without any, the score is 1 if no detection counts either, else 0.
    """
    if not num_people:
        return float(not counted.any())
    return float(accumulate(true_positive, counted, np.zeros(len(counted)), num_people)[0].mean())


def group_average_precision(matched: MatchedCase, det_inside: np.ndarray, gt_inside: np.ndarray) -> float:
    """mAP-LocSim of some people, as COCO does for ranges of areas.

    People outside the group are ignored, with the detections that match them; so are detections outside it that
    match nobody. Matches are those of all people together.

    Args:
        matched: D detections and G people.
        det_inside: (D,) which detections belong to the group if they match nobody.
        gt_inside: (G,) which people belong to it.

    Returns:
        The score, NaN without people.
    """
    num_people = int(gt_inside.sum())
    if not num_people:
        return float("nan")
    values = []
    for match in matched.matches[:, matched.by_score]:
        counted = np.where(match >= 0, gt_inside[match], det_inside[matched.by_score])
        values.append(average_precision((match >= 0) & counted, counted, num_people))
    return float(np.mean(values))


def map_locsim(matched: MatchedCase) -> float:
    """mAP-LocSim of all people, equal to the official ``AP``; NaN without people."""
    num_det, num_gt = len(matched.by_score), len(matched.case.gt_positions_m)
    return group_average_precision(matched, np.ones(num_det, bool), np.ones(num_gt, bool))


def bootstrap_weights(num_images: int, replicates: int, seed: int = 0) -> np.ndarray:
    """How often each image is drawn (B, M), when M are drawn with replacement B times."""
    shares = np.full(num_images, 1 / num_images)
    return np.random.default_rng(seed).multinomial(num_images, shares, replicates).astype(np.int32)


def bootstrap_average_precision(matched: MatchedCase, weights: np.ndarray) -> np.ndarray:
    """mAP-LocSim of data sets in which each image occurs some number of times.

    Matches depend on their image alone, so they are not repeated. An image that occurs w times adds w to every count
    of the precision-recall curve where it added 1; copies of a detection follow each other in the ranking, and the
    interpolated precision at the last of them is not below that at the others. So this is the score of the drawn
    data set itself, not an approximation.

    Args:
        matched: D detections and G people of M images.
        weights: (B, M) whole numbers.

    Returns:
        (B,) scores; NaN for a draw without people.
    """
    arrangement = matched.case.arrangement
    det_image = arrangement.det_image[matched.by_score]
    hits = [np.flatnonzero(match[matched.by_score] >= 0) for match in matched.matches]
    people = weights @ arrangement.gt_count
    scores = np.full(len(weights), np.nan)
    for row in np.flatnonzero(people):
        weight = weights[row][det_image]
        counted = np.cumsum(weight)
        scores[row] = np.mean([_precision(weight[hit], counted[hit], people[row]) for hit in hits])
    return scores


def _precision(weight: np.ndarray, counted: np.ndarray, num_people: int) -> float:
    """Mean precision over the recalls, at one threshold, from the H true positives in the order of scores."""
    found = np.cumsum(weight)
    best = np.maximum.accumulate((found / np.maximum(counted, 1))[::-1])[::-1]
    reached = np.searchsorted(found / num_people, RECALLS, side="left")
    return float(best[reached[reached < len(found)]].sum()) / len(RECALLS)
