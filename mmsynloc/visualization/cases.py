"""Which found athlete is which true one, and which of them are worth a closer look."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mmsynloc.evaluation.functional.pairing import closest_pairs
from mmsynloc.structures import Athletes

__all__ = ["MAX_DISTANCE_M", "AthleteCase", "Pairs", "pair_athletes", "unsure_cases", "worst_cases"]

MAX_DISTANCE_M = 3.0


class Pairs(NamedTuple):
    """P found athletes, each with its true one.

    Attributes:
        found: (P,) rows of the found.
        true: (P,) rows of the true.
        distance_m: (P,) between their ground positions.
    """

    found: np.ndarray
    true: np.ndarray
    distance_m: np.ndarray


class AthleteCase(NamedTuple):
    """An athlete to look at.

    Attributes:
        box_xyxy: (4,) px, what to show.
        text: what is the matter.
    """

    box_xyxy: np.ndarray
    text: str


def pair_athletes(found: Athletes, truth: Athletes, max_distance_m: float = MAX_DISTANCE_M) -> Pairs:
    """The closest one-to-one pairs on the ground.

    Args:
        found: those above the horizon are left out.
        truth: the annotated ones.
        max_distance_m: pairs further apart are none.
    """
    usable, there = (np.flatnonzero(np.isfinite(one.points_pitch_m).all(-1)) for one in (found, truth))
    points = (np.asarray(found.points_pitch_m)[usable], np.asarray(truth.points_pitch_m)[there])
    rows, columns, distance = closest_pairs(*points, max_distance_m)
    return Pairs(usable[rows], there[columns], distance)


def worst_cases(found: Athletes, truth: Athletes, pairs: Pairs, count: int) -> list[AthleteCase]:
    """The worst errors: a third missed athletes, a third false alarms, the rest the largest distances.

    Args:
        found: N athletes.
        truth: G athletes.
        pairs: of both.
        count: at most so many cases; where one kind is scarce the others fill up.
    """
    missed = np.setdiff1d(np.arange(len(truth.scores)), pairs.true)
    alarms = np.setdiff1d(np.arange(len(found.scores)), pairs.found)
    far = np.argsort(-pairs.distance_m, kind="stable")
    heights = truth.boxes_xyxy[missed, 3] - truth.boxes_xyxy[missed, 1]
    missed = missed[np.argsort(-heights, kind="stable")]  # the nearest to the camera first
    alarms = alarms[np.argsort(-found.scores[alarms], kind="stable")]
    kinds = [
        [AthleteCase(truth.boxes_xyxy[i], "missed") for i in missed],
        [AthleteCase(found.boxes_xyxy[i], f"false alarm, score {found.scores[i]:.2f}") for i in alarms],
        [AthleteCase(_around(found, truth, pairs, i), f"{pairs.distance_m[i]:.2f} m off") for i in far],
    ]
    turns = [case for turn in range(count) for kind in kinds for case in kind[turn : turn + 1]]
    chosen = turns[:count]
    return [case for kind in kinds for case in kind if any(case is one for one in chosen)]


def _around(found: Athletes, truth: Athletes, pairs: Pairs, pair: int) -> np.ndarray:
    """The box around both boxes of a pair."""
    boxes = np.stack([found.boxes_xyxy[pairs.found[pair]], truth.boxes_xyxy[pairs.true[pair]]])
    return np.concatenate([boxes[:, :2].min(0), boxes[:, 2:].max(0)])


def unsure_cases(found: Athletes, count: int) -> list[AthleteCase]:
    """Where no truth is known: the athletes with the lowest scores."""
    rows = np.argsort(found.scores, kind="stable")[:count]
    return [AthleteCase(found.boxes_xyxy[i], f"score {found.scores[i]:.2f}") for i in rows]
