"""COCO's greedy matching of detections and people, for whole data sets at once."""

from __future__ import annotations

import numpy as np

from mmsynloc.evaluation.functional.candidates import CandidatePairs

__all__ = ["THRESHOLDS", "match_at_thresholds", "match_greedily"]

THRESHOLDS = np.linspace(0.5, 0.95, 10)
"""(T,) the similarity thresholds of COCO."""


def match_greedily(det: np.ndarray, gt: np.ndarray, num_det: int, num_gt: int) -> np.ndarray:
    """Match each detection in turn to its most similar person among those not yet matched.

    Works in rounds: a detection whose most similar person has no earlier detection left as a candidate is matched
    at once, independently of the others. Few detections compete for the same people, so a few rounds match all
    images together.

    Args:
        det: (P,) detections of the allowed pairs, ascending; a lower number comes first.
        gt: (P,) people of these pairs; each detection's preferred people come first.
        num_det: D.
        num_gt: G.

    Returns:
        (D,) the person of each detection, or -1.
    """
    match = np.full(num_det, -1, np.int64)
    leader = np.empty(num_gt, np.int64)
    taken = np.zeros(num_gt, bool)
    while len(det):
        favourite = np.ones(len(det), bool)
        np.not_equal(det[1:], det[:-1], out=favourite[1:])
        leader[gt[::-1]] = det[::-1]  # of repeated indices the last assignment stays: the first detection
        settled = np.flatnonzero(favourite & (leader[gt] == det))
        match[det[settled]] = gt[settled]
        taken[gt[settled]] = True
        open_pairs = np.flatnonzero(~taken[gt] & (match[det] < 0))
        det, gt = det[open_pairs], gt[open_pairs]
    return match


def match_at_thresholds(pairs: CandidatePairs, num_det: int, gt_ignored: np.ndarray) -> np.ndarray:
    """Match at each of the T thresholds.

    A detection prefers people who count over those who are ignored, and then follows the order of the pairs.

    Args:
        pairs: candidate pairs.
        num_det: D.
        gt_ignored: (G,) whether a person is ignored, for being outside the area range.

    Returns:
        (T, D) the person of each detection at each threshold, or -1.
    """
    order = np.argsort(2 * pairs.det + gt_ignored[pairs.gt], kind="stable")
    det, gt, similarity = (column[order] for column in pairs)
    matches = np.empty((len(THRESHOLDS), num_det), np.int64)
    for row, threshold in zip(matches, THRESHOLDS):
        allowed = np.flatnonzero(similarity >= threshold)
        row[:] = match_greedily(det[allowed], gt[allowed], num_det, len(gt_ignored))
    return matches
