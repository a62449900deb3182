"""What each kind of error costs: the score after it has been repaired.

Source: Bolya et al., "TIDE: A General Toolbox for Identifying Object Detection Errors", ECCV 2020, with LocSim in
place of IoU.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mmsynloc.evaluation.errors.case import MatchedCase, Pairing, pair_within_reach
from mmsynloc.evaluation.errors.precision import average_precision
from mmsynloc.evaluation.functional.matching import THRESHOLDS

__all__ = ["REPAIRS", "Repairs", "repair_in_turn"]

REPAIRS = {
    "duplicates": "second detections of an athlete who is found already are removed",
    "false positives": "detections with no athlete within reach are removed",
    "ranking": "right detections score higher than wrong ones",
    "position": "detections within reach of an athlete are moved to the right place",
    "misses": "athletes without a detection within reach are left out",
}
"""The repairs, in their order, and what each does."""


class Repairs(NamedTuple):
    """Gains of mAP-LocSim by the names of :data:`REPAIRS`.

    Args:
        base: the score before.
        in_turn: each after all before it; together with ``base`` they add up to 1.
        alone: each by itself.
    """

    base: float
    in_turn: dict[str, float]
    alone: dict[str, float]


def repair_in_turn(matched: MatchedCase) -> Repairs:
    """Repair one kind of error after the other, and each alone, at each threshold of LocSim.

    Args:
        matched: matched with a reach (:func:`~mmsynloc.evaluation.errors.match_case`), so that position errors can
            be told from false positives.
    """
    num_gt = len(matched.case.gt_positions_m)
    rows = []
    for threshold, match in zip(THRESHOLDS, matched.matches):
        pairing = pair_within_reach(matched.pairs, match, num_gt, threshold).ordered(matched.by_score)
        sets: list[set[str]] = [set(), *({name} for name in REPAIRS)]
        sets += [set(list(REPAIRS)[:number]) for number in range(2, len(REPAIRS) + 1)]
        rows.append([_score(pairing, num_gt, repairs) for repairs in sets])
    base, *scores = np.mean(rows, axis=0).tolist()
    alone = scores[: len(REPAIRS)]
    steps = np.diff([base, alone[0], *scores[len(REPAIRS) :]]).tolist()
    return Repairs(base, dict(zip(REPAIRS, steps)), dict(zip(REPAIRS, (score - base for score in alone))))


def _score(pairing: Pairing, num_gt: int, repairs: set[str]) -> float:
    """The average precision at one threshold after some repairs, of detections from the best score down."""
    counted = np.ones(len(pairing.person), bool)
    true_positive = pairing.correct
    if "duplicates" in repairs:
        counted = counted & ~pairing.duplicate
    if "false positives" in repairs:
        counted = counted & ~pairing.false_positive
    if "position" in repairs:
        true_positive = pairing.person >= 0
    if "ranking" in repairs:
        order = np.argsort(~true_positive, kind="stable")
        true_positive, counted = true_positive[order], counted[order]
    if "misses" in repairs:
        num_gt = int((pairing.person >= 0).sum())
    return average_precision(true_positive, counted, num_gt)
