"""Heads that work in metres."""

from mmsynloc.models.heads.yoloxpose_ground_head import YOLOXPoseGroundHead
from mmsynloc.models.heads.yoloxpose_simcc_head import YOLOXPoseSimCCHead

__all__ = ["YOLOXPoseGroundHead", "YOLOXPoseSimCCHead"]
