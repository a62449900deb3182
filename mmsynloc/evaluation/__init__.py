"""Evaluation by LocSim: pure functions, scoring of files, analysis of errors, and the registered metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmsynloc.evaluation.alarm import CoordinateWarning, EvaluationWarning
from mmsynloc.evaluation.functional import Keypoints3DResult, LocSimResult
from mmsynloc.evaluation.scoring import score_detections, score_files, score_keypoints_3d, score_results
from mmsynloc.evaluation.tables import POSITION_SOURCES
from mmsynloc.utils.lazy import lazy_attributes

if TYPE_CHECKING:
    from mmsynloc.evaluation.metrics import LocSimMetric
    from mmsynloc.evaluation.report import format_keypoint_stats, format_stats

__all__ = [
    "POSITION_SOURCES",
    "CoordinateWarning",
    "EvaluationWarning",
    "Keypoints3DResult",
    "LocSimMetric",
    "LocSimResult",
    "format_keypoint_stats",
    "format_stats",
    "score_detections",
    "score_files",
    "score_keypoints_3d",
    "score_results",
]

__getattr__ = lazy_attributes(
    __name__, {"LocSimMetric": "metrics", "format_keypoint_stats": "report", "format_stats": "report"}
)
