"""Mean LocSim over 3D keypoints of a whole data set, from arrays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from mmsynloc.evaluation.functional.accumulate import RECALLS, evaluate_areas, match_rows
from mmsynloc.evaluation.functional.arrange import arrange
from mmsynloc.evaluation.functional.candidates import mean_locsim_candidates
from mmsynloc.evaluation.functional.locsim import PrecisionRecall
from mmsynloc.evaluation.functional.matching import THRESHOLDS
from mmsynloc.evaluation.functional.statistics import keypoint_statistics, threshold_statistics

__all__ = [
    "KEYPOINT_SUBSETS",
    "NUM_BODY25",
    "BodyDetectionTable",
    "BodyTable",
    "Keypoints3DResult",
    "evaluate_keypoints_3d",
]

NUM_BODY25 = 25

KEYPOINT_SUBSETS = {
    "body25": tuple(range(NUM_BODY25)),
    "fifa15": (0, 2, 5, 3, 6, 4, 7, 9, 12, 10, 13, 11, 14, 22, 19),
    "coco": (0, 16, 15, 18, 17, 5, 2, 6, 3, 7, 4, 12, 9, 13, 10, 14, 11),
}
"""The sets of joints that can be scored, as indices into OpenPose's BODY_25.

Source: ``sskit`` 0.6.0, ``LOCSIM_KEYPOINT_SUBSETS``: all joints, the 15 of FIFA's Skeletal Tracking Challenge, and
the 17 of COCO.
"""


@dataclass(frozen=True)
class BodyTable:
    """G annotated people.

    Args:
        image: (G,) image of each, 0 to M - 1 in ascending image id.
        keypoints_3d_m: (G, K, 3) metres.
        labelled: (G, K) bool, the keypoints that count. A person without any is ignored.
        areas_px2: (G,) px² at the annotated resolution.
    """

    image: np.ndarray
    keypoints_3d_m: np.ndarray
    labelled: np.ndarray
    areas_px2: np.ndarray


@dataclass(frozen=True)
class BodyDetectionTable:
    """D detections.

    Args:
        image: (D,) image of each, 0 to M - 1 in ascending image id; -1 for one that is left out.
        scores: (D,) scores.
        keypoints_3d_m: (D, K, 3) metres.
        areas_px2: (D,) px² at the annotated resolution.
    """

    image: np.ndarray
    scores: np.ndarray
    keypoints_3d_m: np.ndarray
    areas_px2: np.ndarray


@dataclass(frozen=True)
class Keypoints3DResult:
    """Result of :func:`evaluate_keypoints_3d`.

    Args:
        stats: the 15 statistics by name (:data:`KEYPOINT_STAT_NAMES`).
        curves: precision over recall, for plots.
        match: (D,) the person that each detection matches at a mean LocSim of 0.5, as row of the people table, or -1.
        tau_m: scale of LocSim in metres.
    """

    stats: dict[str, float]
    curves: PrecisionRecall
    match: np.ndarray
    tau_m: float


def evaluate_keypoints_3d(
    num_images: int,
    people: BodyTable,
    detections: BodyDetectionTable,
    *,
    tau_m: float = 1.0,
    score_threshold: float | None = None,
    images: Collection[int] | None = None,
) -> Keypoints3DResult:
    """Score detections by the mean LocSim of their 3D keypoints, over the keypoints that are labelled.

    Equals the official evaluator (``sskit`` 0.6.0 ``Keypoint3DLocSimCOCOeval`` on ``xtcocotools``, iouType
    'keypoints', 100 detections an image), except that F1 is 0, not NaN, when nothing matches. As there, people without
    a labelled keypoint neither count nor match, but their image cannot be right in the frame accuracy.

    Args:
        num_images: M.
        people: the ground truth.
        detections: what to score, with the keypoints in the same order.
        tau_m: distance in metres at which LocSim has fallen to 0.05.
        score_threshold: for precision, recall, F1 and frame accuracy; by default the best on these data is
            chosen, which is right on validation data only. The average precision does not use it.
        images: the images to evaluate, 0 to M - 1; by default all.
    """
    columns = (detections.image, detections.scores, detections.areas_px2, people.image, people.areas_px2)
    arrangement = arrange(num_images, *columns, images=images)
    labelled = people.labelled[arrangement.gt_row]
    bodies = (detections.keypoints_3d_m[arrangement.det_row], people.keypoints_3d_m[arrangement.gt_row])
    pairs = mean_locsim_candidates(arrangement, *bodies, labelled, tau_m)
    areas = evaluate_areas(arrangement, pairs, ~labelled.any(axis=1))
    everywhere = areas["all"]
    stats = keypoint_statistics(areas) | threshold_statistics(arrangement, everywhere, score_threshold)
    match = match_rows(arrangement, everywhere, len(detections.image))
    curves = PrecisionRecall(THRESHOLDS.copy(), RECALLS.copy(), everywhere.precision, everywhere.scores)
    return Keypoints3DResult(stats, curves, match, tau_m)
