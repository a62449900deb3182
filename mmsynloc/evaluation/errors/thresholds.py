"""What the score threshold costs: F1 and frame accuracy over all thresholds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["ThresholdCurve", "at_threshold", "best_threshold", "threshold_curve"]


class ThresholdCurve(NamedTuple):
    """Counts over S descending thresholds; a detection counts if its score is above.

    Args:
        threshold: (S,) midway between neighbouring scores.
        precision: (S,) 0 where nothing counts.
        recall: (S,) share of the people who are found.
        f1: (S,).
    """

    threshold: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray


def threshold_curve(scores: np.ndarray, correct: np.ndarray, num_people: int) -> ThresholdCurve:
    """Precision, recall and F1 over all thresholds that separate two scores, and above and below all.

    These are exact counts; the official statistics read the interpolated curve at multiples of 0.01 of the recall.

    Args:
        scores: (D,) scores.
        correct: (D,) whether each matches a person at LocSim 0.5.
        num_people: G.
    """
    order = np.argsort(-scores, kind="stable")
    scores = scores[order]
    right = np.concatenate([[0], np.cumsum(correct[order])])
    total = np.arange(len(scores) + 1)
    if len(scores):
        middle = (scores[1:] + scores[:-1]) / 2
        limits = np.concatenate([[scores[0] + 1e-9], middle, [scores[-1] - 1e-9]])
        separating = np.concatenate([[True], scores[1:] < scores[:-1], [True]])
    else:
        limits, separating = np.zeros(1), np.ones(1, bool)
    precision = right / np.maximum(total, 1)
    recall = right / max(num_people, 1)
    f1 = 2 * right / np.maximum(total + num_people, 1)
    return ThresholdCurve(*(column[separating] for column in (limits, precision, recall, f1)))


def best_threshold(curve: ThresholdCurve) -> float:
    """The threshold with the best F1; of equal ones the highest."""
    return float(curve.threshold[int(curve.f1.argmax())])


def at_threshold(scores: np.ndarray, correct: np.ndarray, num_people: int, threshold: float) -> tuple[float, ...]:
    """Precision, recall and F1 of the detections that score more than a threshold."""
    chosen = scores > threshold
    total, right = int(chosen.sum()), int((chosen & correct).sum())
    return right / max(total, 1), right / max(num_people, 1), 2 * right / max(total + num_people, 1)
