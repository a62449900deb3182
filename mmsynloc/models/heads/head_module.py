"""Upstream's convolutions, with the features that the keypoints are computed from."""

from __future__ import annotations

from mmpose.models.heads.hybrid_heads.yoloxpose_head import YOLOXPoseHeadModule
from torch import Tensor

from mmsynloc.models.structures import HeadOutputs

__all__ = ["GroundHeadModule"]


class GroundHeadModule(YOLOXPoseHeadModule):
    """``YOLOXPoseHeadModule`` with the same layers and weights, which gives its outputs by name."""

    def forward(self, x: tuple[Tensor, ...]) -> HeadOutputs:
        """Outputs for features (B, C, H, W) of each level."""
        class_features, box_features, pose_features = (
            [conv(level) for conv, level in zip(branch, x)] for branch in (self.conv_cls, self.conv_reg, self.conv_pose)
        )
        outputs = (
            (self.out_cls, class_features),
            (self.out_obj, box_features),
            (self.out_bbox, box_features),
            (self.out_kpt, pose_features),
            (self.out_kpt_vis, pose_features),
        )
        maps = ([conv(level) for conv, level in zip(convs, features)] for convs, features in outputs)
        return HeadOutputs._make((*maps, pose_features))
