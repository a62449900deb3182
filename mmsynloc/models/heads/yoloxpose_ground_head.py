"""YOLOX-Pose that learns metres and removes duplicates on the ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmengine.structures import InstanceData
from mmpose.models.heads.hybrid_heads import YOLOXPoseHead
from mmpose.registry import MODELS, TASK_UTILS
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmsynloc.codecs import GROUND_INDEX
from mmsynloc.models.heads.postprocess import box_threshold, fuse_views, ground_positions, without_duplicates
from mmsynloc.models.heads.targets import Positives, Targets, split_metric, with_metric
from mmsynloc.models.task_modules.labels import require_metric
from mmsynloc.models.utils.views import View, make_views

__all__ = ["ForwardPass", "YOLOXPoseGroundHead"]


@dataclass
class ForwardPass:
    """What upstream's ``loss`` and ``predict`` compute on the way and keep to themselves."""

    outputs: tuple[list[Tensor], ...] = ()
    keypoints_px: Tensor | None = None  # (B, M, K, 2) px, with its gradient
    positives: Positives | None = None
    pose_features: tuple[Tensor, ...] = ()  # (B, C, H, W) of each level
    tag_priors: bool = False


@MODELS.register_module()
class YOLOXPoseGroundHead(YOLOXPoseHead):
    """Upstream's head with a loss, a classification target and a duplicate removal in metres.

    Each is an option of its own; with none of them it trains and predicts as ``YOLOXPoseHead``, save that all is
    decoded in float32 also under autocast (in half precision a coordinate of 1000 px is off by up to half a pixel),
    and that batches without anyone in them leave no parameter without a gradient and fail with no auxiliary loss.
    The weights have upstream's names, so its checkpoints load.

    - B: batch size; M: number of priors; P: positive priors of the batch; N: athletes of an image
    - K: number of keypoints; D: dimensions of a keypoint, 2

    Options of ``test_cfg`` beside upstream's ``score_thr``, ``nms_pre`` and ``nms_thr``:

    - ``nms_mode``: which detections are duplicates of a better one: those whose boxes overlap (``"box"``, upstream's
      way and the default), those who stand at its spot (``"ground"``, so that athletes who overlap in the image
      stay), or either (``"both"``). Who is over the horizon has no spot and is always compared by box.
    - ``ground_nms_radius_m``: how far a spot reaches, 0.6 by default
    - ``loose_nms_thr``: threshold of the box NMS that goes before ``"ground"`` all the same, 0.9 by default
    - ``flip_test``: average over the input and its mirror image; for other scales too see
      :class:`~mmsynloc.models.SynLocPoseEstimator`

    Modes that work in metres need ``camera``, ``annotated_size``, ``input_center`` and ``input_scale`` among the
    ``meta_keys`` of ``PackPoseInputs``.

    Args:
        *args: as for ``YOLOXPoseHead``.
        loss_locsim: config of :class:`~mmsynloc.models.LocSimLoss`, added as ``loss_locsim``; None for none.
        quality: what the classification score learns: ``"oks"`` (the assigner's overlap, as upstream) or
            ``"locsim"``, so that scores rank detections as the metric does.
        locsim_calculator: config of the quality's calculator, among others its tau.
        ground_index: which keypoint stands on the ground.
        **kwargs: as for ``YOLOXPoseHead``.

    Raises:
        ValueError: ``quality`` is unknown, or there is more than one class to be ranked by LocSim.
    """

    def __init__(
        self,
        *args: Any,
        loss_locsim: dict[str, Any] | None = None,
        quality: str = "oks",
        locsim_calculator: dict[str, Any] | None = None,
        ground_index: int = GROUND_INDEX,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if quality not in ("oks", "locsim"):
            raise ValueError(f"quality must be 'oks' or 'locsim', not {quality!r}")
        if quality == "locsim" and self.num_classes != 1:
            raise ValueError(f"quality='locsim' ranks one class, not {self.num_classes}")
        self.quality = quality
        self.ground_index = ground_index
        self.loss_locsim = MODELS.build(loss_locsim) if loss_locsim else None
        calculator = dict(type="LocSimCalculator", ground_index=ground_index) | (locsim_calculator or {})
        self.locsim_calculator = TASK_UTILS.build(calculator) if quality == "locsim" else None
        self._pass: ForwardPass | None = None

    @property
    def needs_metric(self) -> bool:
        """Whether the labels must carry ``pixel_to_metre``."""
        return self.loss_locsim is not None or self.quality == "locsim"

    def forward(self, feats: tuple[Tensor, ...]) -> tuple[list[Tensor], ...]:
        """Raw predictions in float32.

        Args:
            feats: (B, C, H, W) of each level.

        Returns:
            Class scores, objectness, boxes, keypoint offsets and visibilities, each a list of (B, C', H, W) by level.
        """
        outputs = tuple([level.float() for level in output] for output in super().forward(feats))
        if self._pass is not None:
            self._pass.outputs = outputs
        return outputs

    def decode_kpt_reg(self, pred_kpt_offsets: Tensor, priors: Tensor, stride: Tensor) -> Tensor:
        """Keypoints in px, as upstream.

        Args:
            pred_kpt_offsets: (B, M, K * D).
            priors: (M, 2) px.
            stride: (M,) px.

        Returns:
            (B, M, K, D) px. While predicting there is one row more that holds the number of the prior: upstream's
            ``predict`` picks rows of it and tells no one which.
        """
        keypoints = super().decode_kpt_reg(pred_kpt_offsets, priors, stride)
        if self._pass is None:
            return keypoints
        self._pass.keypoints_px = keypoints
        if not self._pass.tag_priors:
            return keypoints
        number = torch.arange(len(priors), dtype=keypoints.dtype, device=keypoints.device)  # exact below 2^24
        tags = number[None, :, None, None].expand(len(keypoints), -1, 1, keypoints.shape[-1])
        return torch.cat([keypoints, tags], 2)

    def loss(
        self,
        feats: tuple[Tensor, ...],
        batch_data_samples: list[PoseDataSample],
        train_cfg: dict[str, Any] | None = None,
    ) -> dict[str, Tensor]:
        """Upstream's losses and ours.

        Args:
            feats: (B, C, H, W) of each level.
            batch_data_samples: B samples with ``gt_instance_labels``.
            train_cfg: not used, as upstream.

        Returns:
            Losses by name.

        Raises:
            ValueError: an option needs ``pixel_to_metre`` and the labels carry none.
        """
        self._pass = ForwardPass()
        try:
            losses = super().loss(feats, batch_data_samples, train_cfg or {})
            losses.update(self._more_losses(self._pass))
            return losses
        finally:
            self._pass = None

    def _more_losses(self, step: ForwardPass) -> dict[str, Tensor]:
        positives = step.positives
        if positives is None:  # every parameter still gets its (zero) gradient: distributed training requires it
            return {"loss_kpt": sum(level.sum() * 0 for output in step.outputs for level in output)}
        if self.loss_locsim is None:
            return {}
        at = self.ground_index
        predicted = step.keypoints_px.flatten(0, 1)[positives.mask][:, at]
        target, visible = positives.keypoints_px[:, at], positives.visible[:, at]
        return {"loss_locsim": self.loss_locsim(predicted, target, positives.pixel_to_metre, visible)}

    @torch.no_grad()
    def _get_targets(
        self,
        priors: Tensor,
        batch_cls_scores: Tensor,
        batch_objectness: Tensor,
        batch_decoded_bboxes: Tensor,
        batch_decoded_kpts: Tensor,
        *args: Any,
    ) -> Targets:
        """Upstream's targets, the classification's in the chosen quality."""
        # Upstream cannot make auxiliary targets of no positive prior: _get_targets_single turns them on.
        wants_aux, self.use_aux_loss = self.use_aux_loss, False
        self._wants_aux = wants_aux
        predictions = (batch_cls_scores, batch_objectness, batch_decoded_bboxes, batch_decoded_kpts)
        try:
            targets = Targets(*super()._get_targets(priors, *predictions, *args))
        finally:
            self.use_aux_loss = wants_aux
        if sum(targets.num_fg_imgs) == 0:
            return targets
        metric = None
        if self.needs_metric:
            targets, metric = split_metric(targets)
        if self.quality == "locsim":
            predicted = batch_decoded_kpts.flatten(0, 1)[targets.pos_masks]
            overlap = self.locsim_calculator(predicted, targets.kpt_targets, metric, targets.cls_targets[:, 0])
            targets = targets._replace(cls_targets=overlap[:, None])
        if self._pass is not None:
            self._pass.positives = Positives(
                targets.pos_masks, targets.kpt_targets, targets.vis_targets, targets.pos_priors, metric
            )
        return targets

    @torch.no_grad()
    def _get_targets_single(self, *args: Any) -> tuple:
        """Upstream's targets of one image, the ground metric riding along (its last argument is the sample)."""
        *predictions, data_sample = args
        if self.needs_metric and len(data_sample.gt_instance_labels):
            require_metric(data_sample.gt_instance_labels)
            data_sample = with_metric(data_sample)
        targets = super()._get_targets_single(*predictions, data_sample)
        num_positives = targets[-1]
        self.use_aux_loss |= self._wants_aux and num_positives > 0
        return targets

    def predict(
        self,
        feats: Any,
        batch_data_samples: list[PoseDataSample],
        test_cfg: dict[str, Any] | None = None,
    ) -> list[InstanceData]:
        """Athletes of each image, by falling score.

        Args:
            feats: (B, C, H, W) of each level; a list of these for several views of the input: with ``flip_test`` the
                input and its mirror image, or one for each of ``test_cfg["views"]``.
            batch_data_samples: B samples with metainfo.
            test_cfg: options, see the class.

        Returns:
            For each image ``keypoints (N, K, D)`` and ``bboxes (N, 4)`` in px of the network's input, ``scores``,
            ``bbox_scores (N,)``, ``keypoint_scores``, ``keypoints_visible (N, K)``, ``labels (N,)``, as NumPy arrays.

        Raises:
            ValueError: ``nms_mode`` is unknown, metres are asked for and the metainfo has no camera, or there are
                ``view_scales`` and the estimator knows nothing of them.
        """
        cfg = dict(test_cfg or {})
        views = cfg.pop("views", None)
        if views is None and cfg.get("view_scales") is not None:
            raise ValueError("test_cfg.view_scales needs model.type='SynLocPoseEstimator'")
        if views is None and not cfg.get("flip_test", False):
            return self._predict_view(feats, batch_data_samples, cfg)
        views = views or make_views(self._input_size(feats[0]), flip=True)
        found = [self._predict_view(seen, batch_data_samples, cfg, view) for seen, view in zip(feats, views)]
        return [fuse_views(*image, cfg, self.ground_index) for image in zip(zip(*found), batch_data_samples)]

    def _input_size(self, feats: tuple[Tensor, ...]) -> tuple[int, int]:
        height, width = feats[0].shape[-2:]
        return width * self.featmap_strides[0], height * self.featmap_strides[0]

    def _predict_view(
        self,
        feats: tuple[Tensor, ...],
        batch_data_samples: list[PoseDataSample],
        cfg: dict[str, Any],
        view: View | None = None,
    ) -> list[InstanceData]:
        """One view's athletes in px of the input, without duplicates; None is the input itself."""
        self._pass = ForwardPass(tag_priors=True)
        sized = batch_data_samples  # upstream cuts boxes at input_size
        if view is not None:
            sized = [PoseDataSample(metainfo={**s.metainfo, "input_size": view.size}) for s in batch_data_samples]
        try:
            batch = super().predict(feats, sized, {**cfg, "nms_thr": box_threshold(cfg)})
            kept = []
            for i, (found, sample) in enumerate(zip(batch, batch_data_samples)):
                found.prior_index = found.keypoints[:, -1, 0].astype(np.int64)
                found.keypoints = found.keypoints[:, :-1]
                seen = found if view is None else view.to_input(found)
                positions = ground_positions(seen, sample.metainfo, cfg, self.ground_index)
                found = self._refine(found[without_duplicates(seen, positions, cfg)], i, cfg)
                found.pop("prior_index")
                kept.append(found if view is None else view.to_input(found))
            return kept
        finally:
            self._pass = None

    def _refine(self, found: InstanceData, image_index: int, cfg: dict[str, Any]) -> InstanceData:
        """Room for a second look at the kept athletes, in the view's own pixels."""
        return found
