"""Oracle scores: the ground truth scored against itself, as three kinds of detections."""

from __future__ import annotations

import numpy as np

from mmsynloc.datasets.preparation.labels import Labels
from mmsynloc.evaluation.functional import (
    CameraTable,
    DetectionTable,
    PeopleTable,
    evaluate_locsim,
    pixels_to_pitch,
)

__all__ = ["OFFICIAL_ORACLES", "oracle_alarms", "oracle_scores"]

OFFICIAL_ORACLES = {"position": 1.000, "keypoint": 0.981, "bbox": 0.569}
"""mAP-LocSim on the official val split."""

_LOWEST = {"position": 0.999, "keypoint": 0.95, "bbox": 0.1}
_NAMES = {"position": "true position", "keypoint": "true pelvis_ground keypoint", "bbox": "true box's bottom centre"}


def _camera_table(labels: Labels) -> CameraTable:
    cameras = [frame["camera"] for frame in labels.frames]
    longest = max((len(c["undist_poly"]) for c in cameras), default=1)
    polys = [np.pad(c["undist_poly"], (longest - len(c["undist_poly"]), 0)) for c in cameras]
    matrices = np.array([c["camera_matrix"] for c in cameras]).reshape(-1, 3, 4)
    return CameraTable(matrices, np.array(polys).reshape(-1, longest), labels.image_sizes)


def oracle_scores(labels: Labels) -> dict[str, float]:
    """mAP-LocSim (tau 1) of the true ``position``, the true pelvis_ground ``keypoint`` and the true ``bbox``'s
    bottom centre, each in 0 to 1; empty without people.
    """
    if not len(labels.image):
        return {}
    cameras = _camera_table(labels)
    x1, _, x2, y2 = labels.boxes_xyxy.T
    positions = {
        "position": labels.points_pitch_m,
        "keypoint": pixels_to_pitch(labels.keypoints_px[:, 1], labels.image, cameras),
        "bbox": pixels_to_pitch(np.stack([(x1 + x2) / 2, y2], -1), labels.image, cameras),
    }
    people = PeopleTable(labels.image, labels.points_pitch_m, labels.areas_px2)
    scores = np.ones(len(labels.image))
    tables = {name: DetectionTable(labels.image, scores, p, labels.areas_px2) for name, p in positions.items()}
    return {name: evaluate_locsim(len(labels.frames), people, t).stats["AP"] for name, t in tables.items()}


def oracle_alarms(scores: dict[str, float]) -> list[str]:
    """One line for each oracle that is lower than sound labels can be."""
    return [
        f"oracle {_NAMES[name]}: mAP-LocSim {score:.3f}, official {OFFICIAL_ORACLES[name]:.3f}: "
        "camera, keypoints and positions do not fit together"
        for name, score in scores.items()
        if score < _LOWEST[name]
    ]
