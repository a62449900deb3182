"""Reading and checking of ground truth and results for the evaluation."""

from mmsynloc.evaluation.io.alarm import CoordinateWarning, coordinate_alarm
from mmsynloc.evaluation.io.detections import POSITION_SOURCES, load_detections, parse_detections
from mmsynloc.evaluation.io.ground_truth import GroundTruth, load_ground_truth, parse_ground_truth
from mmsynloc.evaluation.io.predictions import ImagePredictions, table_of_predictions, write_results

__all__ = [
    "POSITION_SOURCES",
    "CoordinateWarning",
    "GroundTruth",
    "ImagePredictions",
    "coordinate_alarm",
    "load_detections",
    "load_ground_truth",
    "parse_detections",
    "parse_ground_truth",
    "table_of_predictions",
    "write_results",
]
