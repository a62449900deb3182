"""Evaluation by LocSim: pure functions, checked reading of files, and the registered metric."""

from mmsynloc.evaluation.functional import LocSimResult
from mmsynloc.evaluation.io import CoordinateWarning, GroundTruth, load_ground_truth, parse_ground_truth
from mmsynloc.evaluation.metrics import LocSimMetric
from mmsynloc.evaluation.report import format_stats
from mmsynloc.evaluation.scoring import score_detections, score_files, score_results

__all__ = [
    "CoordinateWarning",
    "GroundTruth",
    "LocSimMetric",
    "LocSimResult",
    "format_stats",
    "load_ground_truth",
    "parse_ground_truth",
    "score_detections",
    "score_files",
    "score_results",
]
