"""Evaluation by LocSim: pure functions, checked reading of files, and the registered metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmsynloc.evaluation.functional import LocSimResult
from mmsynloc.evaluation.io import CoordinateWarning, GroundTruth, load_ground_truth, parse_ground_truth
from mmsynloc.evaluation.report import format_stats
from mmsynloc.evaluation.scoring import score_detections, score_files, score_results
from mmsynloc.utils.lazy import lazy_attributes

if TYPE_CHECKING:
    from mmsynloc.evaluation.metrics import LocSimMetric

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

__getattr__ = lazy_attributes(__name__, {"LocSimMetric": "metrics"})
