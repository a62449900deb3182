"""Metrics that MMPose's and MMDetection's registries know."""

from mmsynloc.evaluation.metrics.locsim_metric import LocSimMetric

__all__ = ["LocSimMetric"]
