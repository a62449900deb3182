"""Pure functions of the LocSim evaluation; they neither read files nor depend on MMEngine."""

from mmsynloc.evaluation.functional.accumulate import AREA_RANGES_PX2, RECALLS
from mmsynloc.evaluation.functional.arrange import MAX_DETECTIONS
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
from mmsynloc.evaluation.functional.statistics import COCO_NAMES, STAT_NAMES

__all__ = [
    "AREA_RANGES_PX2",
    "COCO_NAMES",
    "MAX_DETECTIONS",
    "RECALLS",
    "STAT_NAMES",
    "THRESHOLDS",
    "CameraTable",
    "DetectionTable",
    "LocSimResult",
    "PeopleTable",
    "PrecisionRecall",
    "box_statistics",
    "evaluate_locsim",
    "locsim",
    "locsim_to_distance_m",
    "paired_distances_m",
    "pixels_to_pitch",
]
