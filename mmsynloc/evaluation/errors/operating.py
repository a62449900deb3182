"""The detections over the score threshold: whose they are and how far off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mmsynloc.evaluation.errors.case import MatchedCase, Pairing, pair_within_reach
from mmsynloc.evaluation.errors.offsets import ray_offsets_m
from mmsynloc.evaluation.functional.similarity import locsim

__all__ = ["ImageErrors", "OperatingPoint", "image_errors", "median", "operate"]


@dataclass(frozen=True)
class OperatingPoint:
    """D detections at one score threshold.

    Args:
        threshold: of the score.
        used: (D,) which detections are over it.
        pairing: what these are at LocSim 0.5; the others have no person.
        offsets_m: (D, 2) errors along and across the viewing ray in metres; NaN without a person.
        similarity: (D,) LocSim with that person; 0 without one.
    """

    threshold: float
    used: np.ndarray
    pairing: Pairing
    offsets_m: np.ndarray
    similarity: np.ndarray

    @property
    def wrong(self) -> np.ndarray:
        """(D,) duplicates and false positives."""
        return self.used & (self.pairing.person < 0)


def operate(matched: MatchedCase, centres_m: np.ndarray, threshold: float) -> OperatingPoint:
    """The detections over a score threshold.

    Args:
        matched: D detections and G people, with a reach.
        centres_m: (M, 2) ground points below the cameras.
        threshold: detections must score more.
    """
    case = matched.case
    used = case.arrangement.det_score > threshold
    match = np.where(used, matched.matches[0], -1)
    pairing = pair_within_reach(matched.pairs, match, len(case.gt_positions_m), 0.5, used)
    found = np.flatnonzero(pairing.person >= 0)
    true_m = case.gt_positions_m[pairing.person[found]]
    offsets, similarity = np.full((len(used), 2), np.nan), np.zeros(len(used))
    centres = centres_m[case.arrangement.det_image[found]]
    offsets[found] = ray_offsets_m(case.det_positions_m[found], true_m, centres)
    squared = ((case.det_positions_m[found] - true_m) ** 2).sum(axis=1)
    similarity[found] = locsim(squared, matched.tau_m)
    return OperatingPoint(threshold, used, pairing, offsets, similarity)


@dataclass(frozen=True)
class ImageErrors:
    """Counts of M images at the score threshold.

    Args:
        people: (M,) people.
        found: (M,) people with a detection within reach.
        matched: (M,) people matched at LocSim 0.5.
        used: (M,) detections over the threshold.
        wrong: (M,) duplicates and false positives among them.
        lost: (M,) people missed, plus wrong detections, plus what the found ones lack of a LocSim of 1.
    """

    people: np.ndarray
    found: np.ndarray
    matched: np.ndarray
    used: np.ndarray
    wrong: np.ndarray
    lost: np.ndarray


def image_errors(matched: MatchedCase, operating: OperatingPoint) -> ImageErrors:
    """Count the errors of each image."""
    arrangement, pairing = matched.case.arrangement, operating.pairing

    def count(which: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        weights = None if weights is None else weights[which]
        return np.bincount(arrangement.det_image[which], weights, minlength=len(people))

    people = arrangement.gt_count
    paired = pairing.person >= 0
    found, wrong = count(paired), count(operating.wrong)
    lost = (people - found) + wrong + count(paired, 1 - operating.similarity)
    return ImageErrors(people, found, count(pairing.correct), count(operating.used), wrong, lost)


def median(values: np.ndarray) -> float:
    """The median of the finite values; NaN without any."""
    values = values[np.isfinite(values)]
    return float(np.median(values)) if len(values) else float("nan")
