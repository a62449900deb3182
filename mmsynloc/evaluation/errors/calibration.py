"""Whether scores mean what they say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["Calibration", "calibrate"]


class Calibration(NamedTuple):
    """Scores against what they should say, in at most N groups of about equal numbers of detections.

    Args:
        score: (N,) mean score.
        correct: (N,) share of the group that matches a person at LocSim 0.5.
        similarity: (N,) mean LocSim, 0 for a detection without a match.
        number: (N,) detections.
        error: mean distance between score and share, weighted by the numbers (the expected calibration error).
        excess: the same with its sign: positive for scores that promise too much.
    """

    score: np.ndarray
    correct: np.ndarray
    similarity: np.ndarray
    number: np.ndarray
    error: float
    excess: float


def calibrate(scores: np.ndarray, correct: np.ndarray, similarity: np.ndarray, groups: int = 12) -> Calibration:
    """Compare scores with the share of detections that are right.

    Args:
        scores: (D,) scores.
        correct: (D,) whether each matches a person.
        similarity: (D,) its LocSim, 0 without a match.
        groups: how many to make at most; a group is never empty, and equal scores may fall into several.
    """
    order = np.argsort(scores, kind="stable")
    parts = [part for part in np.array_split(order, groups) if len(part)]
    score, share, mean = (np.array([column[part].mean() for part in parts]) for column in (scores, correct, similarity))
    number = np.array([len(part) for part in parts], np.int64)
    error = excess = float("nan")
    if parts:
        error = float(np.average(np.abs(score - share), weights=number))
        excess = float(np.average(score - share, weights=number))
    return Calibration(score, share, mean, number, error, excess)
