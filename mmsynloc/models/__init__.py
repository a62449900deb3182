"""Models that learn metres, as plugins for upstream's detectors."""

from mmsynloc.models.data_preprocessors import SynLocBatchResize, SynLocDataPreprocessor, SynLocTopdownDataPreprocessor
from mmsynloc.models.estimators import SynLocPoseEstimator, SynLocTopdownEstimator
from mmsynloc.models.heads import GroundSimCCHead, YOLOXPoseGroundHead, YOLOXPoseSimCCHead
from mmsynloc.models.losses import LocSimLoss, SimCCLoss
from mmsynloc.models.task_modules import LocSimAssigner, LocSimCalculator

__all__ = [
    "GroundSimCCHead",
    "LocSimAssigner",
    "LocSimCalculator",
    "LocSimLoss",
    "SimCCLoss",
    "SynLocBatchResize",
    "SynLocDataPreprocessor",
    "SynLocPoseEstimator",
    "SynLocTopdownDataPreprocessor",
    "SynLocTopdownEstimator",
    "YOLOXPoseGroundHead",
    "YOLOXPoseSimCCHead",
]
