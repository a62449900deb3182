"""Heads that work in metres."""

from mmsynloc.models.heads.yoloxpose_ground_head import YOLOXPoseGroundHead, YOLOXPoseSimCCHead

__all__ = ["YOLOXPoseGroundHead", "YOLOXPoseSimCCHead"]
