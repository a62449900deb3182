"""The 17 statistics of the SynLoc task, by the names that the results files use."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mmsynloc.evaluation.functional.accumulate import RECALLS, AreaResult
from mmsynloc.evaluation.functional.arrange import Arrangement
from mmsynloc.evaluation.functional.matching import THRESHOLDS

__all__ = [
    "COCO_NAMES",
    "KEYPOINT_NAMES",
    "KEYPOINT_STAT_NAMES",
    "STAT_NAMES",
    "choose_score_threshold",
    "coco_statistics",
    "frame_accuracy",
    "keypoint_statistics",
    "threshold_statistics",
]

COCO_NAMES = (
    "AP",
    "AP .5",
    "AP .75",
    "AP (S)",
    "AP (M)",
    "AP (L)",
    "AR 1",
    "AR 10",
    "AR 100",
    "AR (S)",
    "AR (M)",
    "AR (L)",
)
"""The statistics of COCO's box evaluation, with LocSim in place of IoU."""

KEYPOINT_NAMES = ("AP", "AP .5", "AP .75", "AP (M)", "AP (L)", "AR", "AR .5", "AR .75", "AR (M)", "AR (L)")
"""The statistics of COCO's keypoint evaluation, with the mean LocSim in place of OKS."""

_THRESHOLD_NAMES = ("precision", "recall", "f1", "score_threshold", "frame_accuracy")

STAT_NAMES = (*COCO_NAMES, *_THRESHOLD_NAMES)
"""All 17; the last five hold at LocSim 0.5 and one score threshold."""

KEYPOINT_STAT_NAMES = (*KEYPOINT_NAMES, *_THRESHOLD_NAMES)
"""All 15; the last five hold at a mean LocSim of 0.5 and one score threshold."""

_HALF = int(np.flatnonzero(THRESHOLDS == 0.5)[0])
_THREE_QUARTERS = int(np.flatnonzero(THRESHOLDS == 0.75)[0])


def _mean(values: np.ndarray) -> float:
    values = values[values > -1]
    return float(values.mean()) if len(values) else -1.0


def coco_statistics(areas: Mapping[str, AreaResult]) -> dict[str, float]:
    """The 12 statistics of COCO from the results of the four area ranges; -1 where a range holds no person."""
    everywhere = areas["all"]
    values = [
        everywhere.precision,
        everywhere.precision[_HALF],
        everywhere.precision[_THREE_QUARTERS],
        *(areas[name].precision for name in ("small", "medium", "large")),
        *everywhere.recall.T,
        *(areas[name].recall[:, 2] for name in ("small", "medium", "large")),
    ]
    return {name: _mean(value) for name, value in zip(COCO_NAMES, values)}


def keypoint_statistics(areas: Mapping[str, AreaResult]) -> dict[str, float]:
    """The 10 statistics of COCO's keypoints, with up to 100 detections an image; -1 where a range holds no person."""
    everywhere, sized = areas["all"], (areas["medium"], areas["large"])
    values = [
        *(everywhere.precision, everywhere.precision[_HALF], everywhere.precision[_THREE_QUARTERS]),
        *(area.precision for area in sized),
        *(everywhere.recall[:, 2], everywhere.recall[_HALF, 2:], everywhere.recall[_THREE_QUARTERS, 2:]),
        *(area.recall[:, 2] for area in sized),
    ]
    return {name: _mean(value) for name, value in zip(KEYPOINT_NAMES, values)}


def _f1(precision: np.ndarray) -> np.ndarray:
    """F1 (R,) at the R recalls; 0 where precision and recall both are (the development kit has NaN there)."""
    total = precision + RECALLS
    return np.divide(2 * precision * RECALLS, total, out=np.zeros_like(total), where=total > 0)


def choose_score_threshold(precision: np.ndarray, scores: np.ndarray) -> float:
    """The score threshold with the best F1, as the development kit chooses it.

    It lies midway between the score at the recall with the best F1 and the score at the next recall, so that it
    separates the two; beyond the last recall the next score is 0.

    Args:
        precision: (R,) precision at LocSim 0.5.
        scores: (R,) scores that reach the R recalls.
    """
    best = int(_f1(precision).argmax())
    following = scores[best + 1] if best + 1 < len(scores) else 0.0
    return float((scores[best] + following) / 2)


def frame_accuracy(arrangement: Arrangement, match: np.ndarray, score_threshold: float) -> float:
    """Share of images in which as many matched detections lie over the threshold as there are people.

    Images without people and without detections do not count. Unmatched detections have no effect, as in the
    development kit.

    Args:
        arrangement: D detections and G people.
        match: (D,) the person of each detection at LocSim 0.5, or -1.
        score_threshold: detections must score more than this.

    Returns:
        The share, or -1 without any image that counts.
    """
    num_images = len(arrangement.gt_count)
    found = (match >= 0) & (arrangement.det_score > score_threshold)
    num_found = np.bincount(arrangement.det_image[found], minlength=num_images)
    num_detections = np.bincount(arrangement.det_image, minlength=num_images)
    counts = (arrangement.gt_count > 0) | (num_detections > 0)
    return float((num_found == arrangement.gt_count)[counts].mean()) if counts.any() else -1.0


def threshold_statistics(
    arrangement: Arrangement, everywhere: AreaResult, score_threshold: float | None = None
) -> dict[str, float]:
    """Precision, recall, F1, score threshold and frame accuracy at LocSim 0.5.

    As in the development kit, precision and recall are read where the curve's scores last reach the threshold, so
    the recall is a multiple of 0.01; a threshold above every score reads the curve's last point.

    Args:
        arrangement: D detections and G people.
        everywhere: the result without area limits.
        score_threshold: by default the one with the best F1 is chosen.
    """
    precision, scores = everywhere.precision[_HALF], everywhere.scores[_HALF]
    if score_threshold is None:
        score_threshold = choose_score_threshold(precision, scores)
    at = int(np.searchsorted(-scores, -score_threshold, side="right")) - 1
    values = (precision[at], RECALLS[at], _f1(precision)[at])
    if precision[0] < 0:  # no person counts
        values = (-1.0, -1.0, -1.0)
    elif not len(arrangement.det_row):
        values = (0.0, 0.0, 0.0)
    accuracy = frame_accuracy(arrangement, everywhere.matches[_HALF], score_threshold)
    return dict(zip(_THRESHOLD_NAMES, map(float, (*values, score_threshold, accuracy))))
