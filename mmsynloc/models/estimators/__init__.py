"""Models as a whole."""

from mmsynloc.models.estimators.synloc_pose_estimator import SynLocPoseEstimator
from mmsynloc.models.estimators.synloc_topdown_estimator import SynLocTopdownEstimator

__all__ = ["SynLocPoseEstimator", "SynLocTopdownEstimator"]
