"""Models that learn metres, as plugins for upstream's detectors."""

from mmsynloc.models.data_preprocessors import SynLocBatchResize, SynLocDataPreprocessor
from mmsynloc.models.estimators import SynLocPoseEstimator
from mmsynloc.models.heads import YOLOXPoseGroundHead, YOLOXPoseSimCCHead
from mmsynloc.models.losses import LocSimLoss, SimCCLoss
from mmsynloc.models.task_modules import LocSimAssigner, LocSimCalculator

__all__ = [
    "LocSimAssigner",
    "LocSimCalculator",
    "LocSimLoss",
    "SimCCLoss",
    "SynLocBatchResize",
    "SynLocDataPreprocessor",
    "SynLocPoseEstimator",
    "YOLOXPoseGroundHead",
    "YOLOXPoseSimCCHead",
]
