"""Estimators: backbone, neck and head, and how an input is looked at."""

from mmsynloc.models.estimators.synloc_pose_estimator import SynLocPoseEstimator

__all__ = ["SynLocPoseEstimator"]
