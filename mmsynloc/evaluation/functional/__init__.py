"""Pure functions of the LocSim evaluation; they neither read files nor depend on MMEngine."""

from mmsynloc.evaluation.functional.accumulate import AREA_RANGES_PX2, RECALLS
from mmsynloc.evaluation.functional.arrange import MAX_DETECTIONS
from mmsynloc.evaluation.functional.keypoints_3d import (
    KEYPOINT_SUBSETS,
    NUM_BODY25,
    BodyDetectionTable,
    BodyTable,
    Keypoints3DResult,
    evaluate_keypoints_3d,
)
from mmsynloc.evaluation.functional.locsim import (
    DetectionTable,
    LocSimResult,
    PeopleTable,
    PrecisionRecall,
    box_statistics,
    evaluate_locsim,
)
from mmsynloc.evaluation.functional.matching import THRESHOLDS
from mmsynloc.evaluation.functional.pairing import paired_distances_m
from mmsynloc.evaluation.functional.position import CameraTable, pixels_to_pitch
from mmsynloc.evaluation.functional.similarity import locsim, locsim_to_distance_m
from mmsynloc.evaluation.functional.statistics import COCO_NAMES, KEYPOINT_NAMES, KEYPOINT_STAT_NAMES, STAT_NAMES

__all__ = [
    "AREA_RANGES_PX2",
    "COCO_NAMES",
    "KEYPOINT_NAMES",
    "KEYPOINT_STAT_NAMES",
    "KEYPOINT_SUBSETS",
    "MAX_DETECTIONS",
    "NUM_BODY25",
    "RECALLS",
    "STAT_NAMES",
    "THRESHOLDS",
    "BodyDetectionTable",
    "BodyTable",
    "CameraTable",
    "DetectionTable",
    "Keypoints3DResult",
    "LocSimResult",
    "PeopleTable",
    "PrecisionRecall",
    "box_statistics",
    "evaluate_keypoints_3d",
    "evaluate_locsim",
    "locsim",
    "locsim_to_distance_m",
    "paired_distances_m",
    "pixels_to_pitch",
]
