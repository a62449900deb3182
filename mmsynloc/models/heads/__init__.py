"""Heads that work in metres."""

from mmsynloc.models.heads.ground_simcc_head import GroundSimCCHead
from mmsynloc.models.heads.yoloxpose_ground_head import YOLOXPoseGroundHead, YOLOXPoseSimCCHead

__all__ = ["GroundSimCCHead", "YOLOXPoseGroundHead", "YOLOXPoseSimCCHead"]
