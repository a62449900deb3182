"""One results file against one annotation file, in the order of the evaluation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from mmsynloc.evaluation.functional import DetectionTable, PeopleTable
from mmsynloc.evaluation.functional.arrange import Arrangement, arrange
from mmsynloc.evaluation.functional.candidates import CandidatePairs, locsim_candidates
from mmsynloc.evaluation.functional.matching import match_at_thresholds, match_greedily
from mmsynloc.evaluation.functional.similarity import locsim

__all__ = ["REACH_M", "Case", "MatchedCase", "Pairing", "match_case", "pair_within_reach"]

REACH_M = 2.0
"""A detection further than this from every person is a false positive, not a position error."""


@dataclass(frozen=True)
class Case:
    """D detections and G people of M images; all arrays have the order of the arrangement.

    Args:
        arrangement: order, images and scores.
        det_positions_m: (D, 2) metres; NaN above the horizon.
        gt_positions_m: (G, 2) metres.
        det_boxes_xywh: (D, 4) px, or None.
        gt_boxes_xywh: (G, 4) px, or None.
    """

    arrangement: Arrangement
    det_positions_m: np.ndarray
    gt_positions_m: np.ndarray
    det_boxes_xywh: np.ndarray | None = None
    gt_boxes_xywh: np.ndarray | None = None

    @staticmethod
    def from_tables(
        num_images: int, people: PeopleTable, detections: DetectionTable, images: Collection[int] | None = None
    ) -> Case:
        """The case of two tables.

        Detections and people of no image, and detections after the 100 best of an image, are left out.

        Args:
            num_images: M.
            people: the ground truth.
            detections: the prediction.
            images: the images to look at, 0 to M - 1; by default all.
        """
        columns = (detections.image, detections.scores, detections.areas_px2, people.image, people.areas_px2)
        arrangement = arrange(num_images, *columns, images=images)
        det, gt = arrangement.det_row, arrangement.gt_row
        return Case(
            arrangement,
            detections.positions_pitch_m[det],
            people.positions_pitch_m[gt],
            None if detections.boxes_xywh is None else detections.boxes_xywh[det],
            None if people.boxes_xywh is None else people.boxes_xywh[gt],
        )

    def moved(self, det_positions_m: np.ndarray) -> Case:
        """The same detections at other positions (D, 2)."""
        return replace(self, det_positions_m=det_positions_m)

    @property
    def num_images(self) -> int:
        """M."""
        return len(self.arrangement.gt_count)


@dataclass(frozen=True)
class MatchedCase:
    """A case with its matches by LocSim.

    Args:
        case: D detections and G people.
        tau_m: scale of LocSim in metres.
        pairs: all pairs of a detection and a person within reach.
        matches: (T, D) the person of each detection at each threshold of LocSim, or -1.
        by_score: (D,) the detections from the best score down.
    """

    case: Case
    tau_m: float
    pairs: CandidatePairs
    matches: np.ndarray
    by_score: np.ndarray


def match_case(case: Case, tau_m: float = 1.0, reach_m: float = 0.0) -> MatchedCase:
    """Match as the metric does, without area limits.

    Args:
        case: D detections and G people.
        tau_m: scale of LocSim in metres.
        reach_m: pairs up to this distance are kept for analyses of errors, even where LocSim is below 0.5.
    """
    low = min(0.5, float(locsim(np.array(reach_m**2), tau_m))) if reach_m else 0.5
    pairs = locsim_candidates(case.arrangement, case.det_positions_m, case.gt_positions_m, tau_m, low)
    num_det, num_gt = len(case.det_positions_m), len(case.gt_positions_m)
    matches = match_at_thresholds(pairs, num_det, np.zeros(num_gt, bool))
    return MatchedCase(case, tau_m, pairs, matches, np.argsort(-case.arrangement.det_score, kind="stable"))


@dataclass(frozen=True)
class Pairing:
    """What each detection is at one threshold of LocSim.

    Args:
        person: (D,) the person that it matches, or else the free one within reach, or -1.
        correct: (D,) it matches.
        duplicate: (D,) it does not, but would if its person were not taken.
    """

    person: np.ndarray
    correct: np.ndarray
    duplicate: np.ndarray

    @property
    def misplaced(self) -> np.ndarray:
        """(D,) a position error: within reach of a person that nothing matches."""
        return (self.person >= 0) & ~self.correct

    @property
    def false_positive(self) -> np.ndarray:
        """(D,) neither a match, nor a duplicate, nor a position error."""
        return (self.person < 0) & ~self.duplicate

    def ordered(self, rows: np.ndarray) -> Pairing:
        """That of the detections in other order (N,)."""
        return Pairing(self.person[rows], self.correct[rows], self.duplicate[rows])


def pair_within_reach(
    pairs: CandidatePairs, match: np.ndarray, num_gt: int, threshold: float, allowed: np.ndarray | None = None
) -> Pairing:
    """Pair the detections that match nobody with the people whom nobody matches.

    A detection close enough to match a person who is taken is a duplicate. The others take, from the best score of
    their image down, the closest free person within reach.

    Args:
        pairs: all pairs within reach.
        match: (D,) the metric's matches at the threshold, or -1.
        num_gt: G.
        threshold: of LocSim.
        allowed: (D,) the detections to look at; by default all. ``match`` has none of the others.
    """
    correct = match >= 0
    taken = np.zeros(num_gt, bool)
    taken[match[correct]] = True
    looked_at = ~correct if allowed is None else allowed & ~correct
    duplicate = np.zeros(len(match), bool)
    duplicate[pairs.det[pairs.similarity >= threshold]] = True
    duplicate &= looked_at
    open_pairs = (looked_at & ~duplicate)[pairs.det] & ~taken[pairs.gt]
    rest = match_greedily(pairs.det[open_pairs], pairs.gt[open_pairs], len(match), num_gt)
    return Pairing(np.where(correct, match, rest), correct, duplicate)
