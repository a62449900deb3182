"""Codecs between labels, network targets and metres."""

from mmsynloc.codecs.ground_metric import GROUND_INDEX, attach_ground_metric, detach_ground_metric
from mmsynloc.codecs.pelvis_ground import PelvisGroundCodec

__all__ = ["GROUND_INDEX", "PelvisGroundCodec", "attach_ground_metric", "detach_ground_metric"]
