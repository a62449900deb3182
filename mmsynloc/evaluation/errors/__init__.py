"""Where a result loses points: pure functions from matched detections to named figures."""

from mmsynloc.evaluation.errors.analysis import TAUS_M, Analysis, Difference, Draws, analyse, difference, interval
from mmsynloc.evaluation.errors.attributes import Attribute, camera_groups, camera_positions_m, make_attributes
from mmsynloc.evaluation.errors.calibration import Calibration, calibrate
from mmsynloc.evaluation.errors.case import REACH_M, Case, MatchedCase, Pairing, match_case, pair_within_reach
from mmsynloc.evaluation.errors.groups import GroupRow, by_camera, group_rows
from mmsynloc.evaluation.errors.offsets import OffsetSummary, ray_offsets_m, summarise_offsets
from mmsynloc.evaluation.errors.operating import ImageErrors, OperatingPoint, image_errors, operate
from mmsynloc.evaluation.errors.pitch_cells import PitchCells, pitch_cells
from mmsynloc.evaluation.errors.precision import (
    bootstrap_average_precision,
    bootstrap_weights,
    group_average_precision,
    map_locsim,
)
from mmsynloc.evaluation.errors.repairs import REPAIRS, Repairs, repair_in_turn
from mmsynloc.evaluation.errors.thresholds import ThresholdCurve, at_threshold, best_threshold, threshold_curve

__all__ = [
    "REACH_M",
    "REPAIRS",
    "TAUS_M",
    "Analysis",
    "Attribute",
    "Calibration",
    "Case",
    "Difference",
    "Draws",
    "GroupRow",
    "ImageErrors",
    "MatchedCase",
    "OffsetSummary",
    "OperatingPoint",
    "Pairing",
    "PitchCells",
    "Repairs",
    "ThresholdCurve",
    "analyse",
    "at_threshold",
    "best_threshold",
    "bootstrap_average_precision",
    "bootstrap_weights",
    "by_camera",
    "calibrate",
    "camera_groups",
    "camera_positions_m",
    "difference",
    "group_average_precision",
    "group_rows",
    "image_errors",
    "interval",
    "make_attributes",
    "map_locsim",
    "match_case",
    "operate",
    "pair_within_reach",
    "pitch_cells",
    "ray_offsets_m",
    "repair_in_turn",
    "summarise_offsets",
    "threshold_curve",
]
