"""YOLOX-Pose with coordinate classification of the keypoints."""

from __future__ import annotations

from typing import Any

import torch
from mmengine.structures import InstanceData
from mmpose.registry import MODELS
from torch import Tensor

from mmsynloc.models.heads.simcc_module import SimCCModule, gather_features, recorded_outputs
from mmsynloc.models.heads.yoloxpose_ground_head import ForwardPass, YOLOXPoseGroundHead

__all__ = ["YOLOXPoseSimCCHead"]


@MODELS.register_module()
class YOLOXPoseSimCCHead(YOLOXPoseGroundHead):
    """:class:`YOLOXPoseGroundHead`, and SimCC in a window around each prior that counts.

    Relative of RTMO's dynamic coordinate classifier (Lu et al., "RTMO", CVPR 2024). The classification is computed
    for the positive priors in training, and at test time for the detections that survive the duplicate removal, so
    that it costs next to nothing. It takes the features that the upstream head computes its keypoint offsets from, as
    they are: no gradient flows back, so the rest is trained as if there were no SimCC (sharing the gradient did harm,
    see docs/ablation.md). ``test_cfg.simcc=False`` keeps the regressed keypoints.

    Args:
        *args: as for ``YOLOXPoseGroundHead``.
        simcc: arguments of :class:`~mmsynloc.models.heads.simcc_module.SimCCModule` but for the channels and
            keypoints; None for no classification.
        loss_simcc: config of :class:`~mmsynloc.models.SimCCLoss`; None freezes the classification.
        **kwargs: as for ``YOLOXPoseGroundHead``.

    Raises:
        ValueError: there is a ``loss_simcc`` and no ``simcc``.
    """

    def __init__(
        self,
        *args: Any,
        simcc: dict[str, Any] | None = None,
        loss_simcc: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if loss_simcc is not None and simcc is None:
            raise ValueError("loss_simcc needs simcc, the window's arguments (simcc=dict() takes the defaults)")
        self.simcc = self.loss_simcc = None
        if simcc is not None:
            self.simcc = SimCCModule(self.head_module.feat_channels, self.num_keypoints, **simcc)
            self.simcc.requires_grad_(loss_simcc is not None)
        if loss_simcc is not None:
            self.loss_simcc = MODELS.build(loss_simcc)

    def forward(self, feats: tuple[Tensor, ...]) -> tuple[list[Tensor], ...]:
        """Raw predictions, as ``YOLOXPoseGroundHead``."""
        if self._pass is None or self.simcc is None:
            return super().forward(feats)
        with recorded_outputs(self.head_module.conv_pose) as pose_features:
            outputs = super().forward(feats)
        self._pass.pose_features = tuple(pose_features)
        return outputs

    def _more_losses(self, step: ForwardPass) -> dict[str, Tensor]:
        losses = super()._more_losses(step)
        if self.loss_simcc is None:
            return losses
        if step.positives is None:
            return losses | {"loss_simcc": sum(p.sum() * 0 for p in self.simcc.parameters())}
        positives = step.positives
        num_images = len(step.pose_features[0])
        image_index, prior_index = positives.mask.reshape(num_images, -1).nonzero(as_tuple=True)
        features, _ = gather_features(step.pose_features, image_index, prior_index)
        target, inside = self.simcc.encode(positives.keypoints_px, positives.priors)
        regressed = step.keypoints_px.flatten(0, 1)[positives.mask]
        logits = self.simcc(features.detach(), regressed, positives.priors)
        return losses | {"loss_simcc": self.loss_simcc(logits, target, inside * positives.visible)}

    def _refine(self, found: InstanceData, image_index: int, cfg: dict[str, Any]) -> InstanceData:
        """Put classified in the place of regressed keypoints, where these lie in their windows."""
        if self.simcc is None or not cfg.get("simcc", True) or len(found) == 0:
            return found
        levels = self._pass.pose_features
        prior_index = torch.as_tensor(found.prior_index, device=levels[0].device)
        features, level_index = gather_features(levels, torch.full_like(prior_index, image_index), prior_index)
        strides = prior_index.new_tensor(self.featmap_strides)[level_index]
        points = torch.cat(self.mlvl_priors)[prior_index]
        priors = torch.cat([points, strides[:, None].expand(-1, 2)], 1).float()
        regressed = torch.as_tensor(found.keypoints, device=priors.device)
        classified = self.simcc.decode(self.simcc(features, regressed, priors), priors)
        chosen = torch.where(self.simcc.is_inside(regressed, priors)[..., None], classified, regressed)
        found.keypoints = chosen.cpu().numpy()
        return found
