"""Oracle scores: the ground truth scored against itself, as three kinds of detections."""

from __future__ import annotations

from mmsynloc.datasets.data_infos import require_labels
from mmsynloc.evaluation.functional import evaluate_locsim
from mmsynloc.evaluation.oracles import label_tables
from mmsynloc.evaluation.tables import people_table
from mmsynloc.files import Annotations

__all__ = ["OFFICIAL_ORACLES", "oracle_alarms", "oracle_scores"]

OFFICIAL_ORACLES = {"position": 1.000, "keypoint": 0.981, "bbox": 0.569}
"""mAP-LocSim on the official val split."""

_LOWEST = {"position": 0.999, "keypoint": 0.95, "bbox": 0.1}
_NAMES = {"position": "true position", "keypoint": "true pelvis_ground keypoint", "bbox": "true box's bottom centre"}


def oracle_scores(annotations: Annotations) -> dict[str, float]:
    """mAP-LocSim (tau 1) of the true ``position``, the true pelvis_ground ``keypoint`` and the true ``bbox``'s
    bottom centre, each in 0 to 1; empty without people.
    """
    require_labels(annotations)
    tables = label_tables(annotations)
    if not tables:
        return {}
    people = people_table(annotations)
    return {name: evaluate_locsim(len(annotations), people, t).stats["AP"] for name, t in tables.items()}


def oracle_alarms(scores: dict[str, float]) -> list[str]:
    """One line for each oracle that is lower than correct labels allow."""
    return [
        f"oracle {_NAMES[name]}: mAP-LocSim {score:.3f}, official {OFFICIAL_ORACLES[name]:.3f}: "
        "camera, keypoints and positions do not fit together"
        for name, score in scores.items()
        if score < _LOWEST[name]
    ]
