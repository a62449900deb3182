"""YOLOX-Pose that learns metres and removes duplicates on the ground."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from mmengine.structures import InstanceData
from mmpose.models.heads.hybrid_heads import YOLOXPoseHead
from mmpose.registry import MODELS, TASK_UTILS
from mmpose.structures import PoseDataSample
from mmpose.utils import reduce_mean
from torch import Tensor

from mmsynloc.codecs import GROUND_INDEX
from mmsynloc.models.heads.detections import PaddedDetections, cameras_for, detect, mode_for, to_host
from mmsynloc.models.heads.head_module import GroundHeadModule
from mmsynloc.models.heads.loss_terms import (
    auxiliary_losses,
    detection_losses,
    objectness_loss,
    positive_predictions,
    simcc_loss,
    sum_over_slots,
    target_offsets,
)
from mmsynloc.models.heads.postprocess import fuse_views
from mmsynloc.models.heads.simcc_module import SimCCModule
from mmsynloc.models.heads.upstream_options import batched_assigner, elementwise_losses, reductions_of
from mmsynloc.models.structures import (
    Grid,
    HeadOutputs,
    Predictions,
    Truth,
    flatten_outputs,
    make_grid,
    pad_truth,
    to_device,
)
from mmsynloc.models.utils.ground_map import GroundMap
from mmsynloc.models.utils.views import InputView, make_views

__all__ = ["Taus", "YOLOXPoseGroundHead", "YOLOXPoseSimCCHead"]

# Divided by the mean number of positive priors over all processes, as upstream; the others are means of this process.
_PER_POSITIVE = ("loss_obj", "loss_bbox", "loss_cls", "loss_bbox_aux")


class Taus(NamedTuple):
    """LocSim's scale in metres in a training step: for the assignment, the quality and the loss."""

    assigner: float | Tensor = 1.0
    quality: float | Tensor = 1.0
    loss: float | Tensor = 1.0


@MODELS.register_module()
class YOLOXPoseGroundHead(YOLOXPoseHead):
    """Upstream's network and options, with its own targets, losses and predictions for the whole batch at once.

    Learning in metres, coordinate classification and the removal of duplicates on the ground are options of their
    own; with none of them it trains and predicts as ``YOLOXPoseHead``: the same targets, losses to 1e-5. All is decoded
    in float32, also under autocast (in half precision a coordinate of 1000 px is off by up to half a pixel). Every
    parameter gets a gradient at every step, also where there is no athlete. The weights have upstream's names, so its
    checkpoints load.

    - B: batch size; M: number of priors; N: athletes of an image
    - K: number of keypoints; D: dimensions of a keypoint, 2

    Options of ``test_cfg``: see :meth:`predict`.

    Args:
        num_keypoints: K.
        head_module_cfg: as for ``YOLOXPoseHead``.
        assigner: config of :class:`~mmsynloc.models.LocSimAssigner`; upstream's ``SimOTAAssigner`` is taken as that
            with ``window=None``, which gives the same targets.
        loss_locsim: config of :class:`~mmsynloc.models.LocSimLoss`, added as ``loss_locsim``; None for none.
        quality: what the classification score learns: ``"oks"`` (the assigner's overlap, as upstream) or
            ``"locsim"``, so that scores rank detections as the metric does.
        locsim_calculator: config of the quality's calculator, among others its tau.
        ground_index: which keypoint stands on the ground.
        simcc: arguments of :class:`~mmsynloc.models.heads.simcc_module.SimCCModule` but for the channels and
            keypoints; None for no coordinate classification.
        loss_simcc: config of :class:`~mmsynloc.models.SimCCLoss`; None freezes the classification.
        compile_losses: arguments of ``torch.compile`` for targets and losses; None runs them as they are.
        **kwargs: as for ``YOLOXPoseHead``. Its losses need a ``reduction``, which is done here: ``"sum"``, or the mean
            over the positive priors.

    Raises:
        ValueError: ``quality`` is unknown, there is more than one class to be ranked by LocSim, or there is a
            ``loss_simcc`` and no ``simcc``.
    """

    test_settings: ClassVar[tuple[str, ...]] = (
        *("score_thr", "nms_pre", "nms_thr", "nms_mode", "loose_nms_thr", "ground_nms_radius_m", "pitch_margin_m"),
        *("simcc", "flip_test"),
    )
    """What :meth:`predict` reads of ``test_cfg``; a subclass that reads more adds its own."""

    def __init__(
        self,
        num_keypoints: int,
        head_module_cfg: dict[str, Any],
        assigner: dict[str, Any],
        loss_locsim: dict[str, Any] | None = None,
        quality: str = "oks",
        locsim_calculator: dict[str, Any] | None = None,
        ground_index: int = GROUND_INDEX,
        simcc: dict[str, Any] | None = None,
        loss_simcc: dict[str, Any] | None = None,
        compile_losses: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        losses = elementwise_losses(kwargs)
        super().__init__(num_keypoints, assigner=batched_assigner(assigner, ground_index), **{**kwargs, **losses})
        if quality not in ("oks", "locsim"):
            raise ValueError(f"quality must be 'oks' or 'locsim', not {quality!r}")
        if quality == "locsim" and self.num_classes != 1:
            raise ValueError(f"quality='locsim' ranks one class, not {self.num_classes}")
        if loss_simcc is not None and simcc is None:
            raise ValueError("loss_simcc needs simcc, the window's arguments (simcc=dict() takes the defaults)")
        sizes = dict(featmap_strides=self.featmap_strides, num_keypoints=self.num_keypoints)
        self.head_module = GroundHeadModule(**{**head_module_cfg, **sizes})
        self.reductions = reductions_of(kwargs)
        self.quality = quality
        self.ground_index = ground_index
        self.compile_losses = compile_losses
        self.loss_locsim = MODELS.build(loss_locsim) if loss_locsim else None
        calculator = dict(type="LocSimCalculator", ground_index=ground_index) | (locsim_calculator or {})
        self.locsim_calculator = TASK_UTILS.build(calculator) if quality == "locsim" else None
        self.simcc = self.loss_simcc = None
        if simcc is not None:
            self.simcc = SimCCModule(self.head_module.feat_channels, self.num_keypoints, **simcc)
            self.simcc.requires_grad_(loss_simcc is not None)
        if loss_simcc is not None:
            self.loss_simcc = MODELS.build(loss_simcc)

    @property
    def needs_metric(self) -> bool:
        """Whether the labels must carry ``pixel_to_metre``."""
        return self.loss_locsim is not None or self.quality == "locsim" or self.assigner.needs_metric

    def forward(self, feats: tuple[Tensor, ...]) -> HeadOutputs:
        """Raw predictions.

        Args:
            feats: (B, C, H, W) of each level.

        Returns:
            Class scores, objectness, boxes, keypoint offsets and visibilities in float32, and the features of the
            keypoints, each a list of (B, C', H, W) by level.
        """
        *outputs, pose_features = self.head_module(feats)
        return HeadOutputs._make((*([level.float() for level in output] for output in outputs), pose_features))

    def grid_of(self, outputs: HeadOutputs) -> Grid:
        """The priors of the outputs."""
        maps = outputs.class_logits
        shapes = tuple(tuple(level.shape[2:]) for level in maps)
        return make_grid(shapes, tuple(self.featmap_strides), self.prior_generator.offset, maps[0].device)

    def loss(
        self,
        feats: tuple[Tensor, ...],
        batch_data_samples: list[PoseDataSample],
        train_cfg: dict[str, Any] | None = None,
    ) -> dict[str, Tensor]:
        """Losses of a batch.

        Args:
            feats: (B, C, H, W) of each level.
            batch_data_samples: B samples with ``gt_instance_labels``, on the host or on the device.
            train_cfg: not used, as upstream.

        Returns:
            Losses by name, scalars; ``overlaps`` is for the log.

        Raises:
            ValueError: an option needs ``pixel_to_metre`` and the labels carry none.
        """
        outputs = self(feats)
        device = outputs.class_logits[0].device
        truth = pad_truth(batch_data_samples, self.num_keypoints, device, self.needs_metric)
        with _full_precision(device):
            predictions = flatten_outputs(outputs, self.grid_of(outputs))
            if self.compile_losses is None:
                terms, num_positives = self.loss_terms(predictions, truth, self.taus())
            else:
                taus = Taus(*(torch.full((), float(tau), device=device) for tau in self.taus()))
                terms, num_positives = _compiled(**self.compile_losses)(self, predictions, truth, taus)
            total = reduce_mean(num_positives).clamp(min=1)
            return {name: term / total if name in _PER_POSITIVE else term for name, term in terms.items()}

    def taus(self) -> Taus:
        """LocSim's scale at this moment of the training."""
        return Taus(
            self.assigner.locsim_calculator.tau(),
            self.locsim_calculator.tau() if self.locsim_calculator else 1.0,
            self.loss_locsim.tau() if self.loss_locsim else 1.0,
        )

    def loss_terms(self, predictions: Predictions, truth: Truth, taus: Taus) -> tuple[dict[str, Tensor], Tensor]:
        """Targets and losses: tensors in, tensors out, no step of which waits for the device or leaves it.

        Args:
            predictions: of all priors.
            truth: athletes.
            taus: LocSim's scales.

        Returns:
            Losses by name, some of them still to be divided by the number of positive priors, and this number.
        """
        assignment = self.assigner(predictions, truth, taus.assigner).flat()
        weight, count = assignment.weight, assignment.weight.sum()
        found = positive_predictions(predictions, assignment)
        targets = truth.of(assignment.athlete_index)
        overlap = assignment.overlap
        if self.locsim_calculator is not None:
            points = (found.keypoints_px, targets.keypoints_px)
            metric = (targets.pixel_to_metre, overlap, taus.quality, targets.has_metric)
            overlap = self.locsim_calculator(*points, *metric)
        modules = {name: getattr(self, name) for name in self.reductions}
        each = detection_losses(modules, found, targets, overlap.pow(self.overlaps_power)) | dict(overlaps=overlap)
        offsets = target_offsets(found, targets)
        if self.use_aux_loss:
            each |= auxiliary_losses(modules, found, targets, offsets)
        reductions = dict(self.reductions, loss_kpt=self.reductions["loss_oks"], overlaps="mean")
        terms = sum_over_slots(each, reductions, weight, count.clamp(min=1))
        terms["loss_obj"] = objectness_loss(self.loss_obj, reductions["loss_obj"], predictions, assignment)
        counted = weight[..., None] * targets.visible
        if self.loss_locsim is not None:
            at = self.ground_index
            ground = (field[..., at, :] for field in (found.keypoints_px, targets.keypoints_px))
            metric = (targets.pixel_to_metre, counted[..., at], taus.loss, targets.has_metric)
            terms["loss_locsim"] = self.loss_locsim(*ground, *metric)
        if self.simcc is not None and self.loss_simcc is not None:
            modules_and_slots = (self.loss_simcc, self.simcc, predictions, assignment)
            terms["loss_simcc"] = simcc_loss(*modules_and_slots, found.offsets, offsets, counted)
        return terms, count

    def predict(
        self,
        feats: Any,
        batch_data_samples: list[PoseDataSample],
        test_cfg: dict[str, Any] | None = None,
    ) -> list[InstanceData]:
        """Athletes of each image, by falling score.

        Options of ``test_cfg``:

        - ``score_thr`` (0.01), ``nms_thr`` (1): upstream's; ``nms_pre``: candidates of an image, 1000 by default
        - ``nms_mode``: which detections are duplicates of a better one: those whose boxes overlap (``"box"``,
          upstream's way and the default), those with nearly the same ground position (``"ground"``, so that athletes
          whose boxes overlap in the image stay), or either (``"both"``). Detections above the horizon have no ground
          position and are compared by box.
        - ``ground_nms_radius_m`` (0.6): distance within which ground positions count as the same
        - ``pitch_margin_m`` (None): detections further than so many metres beyond the lines (of 105 x 68 m) and those
          above the horizon are dropped
        - ``loose_nms_thr`` (0.9): threshold of the box NMS that goes before ``"ground"`` all the same
        - ``simcc`` (True): classified keypoints in the place of regressed ones
        - ``flip_test``: average over the input and its mirror image; for other scales too see
          :class:`~mmsynloc.models.SynLocPoseEstimator`

        Settings that work in metres need ``camera``, ``annotated_size``, ``input_center`` and ``input_scale`` among the
        ``meta_keys`` of ``PackPoseInputs``. A batch with an image whose ``camera`` is None, as upstream's inferencers
        pass it, is treated as in the mode ``"box"``.

        Args:
            feats: (B, C, H, W) of each level; a list of these for several views of the input: with ``flip_test`` the
                input and its mirror image, or one for each of ``test_cfg["views"]``.
            batch_data_samples: B samples with metainfo.
            test_cfg: options.

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
        if views is None and cfg.get("flip_test", False):
            views = make_views(self._input_size(feats[0]), flip=True)
        metainfos = [sample.metainfo for sample in batch_data_samples]
        cfg = mode_for(metainfos, cfg)
        cameras = cameras_for(metainfos, cfg)
        with torch.no_grad():
            if views is None:
                size = self._input_size(feats)
                return to_host([self._detect(feats, InputView(size, size), metainfos, cameras, cfg)])[0]
            by_view = to_host([self._detect(seen, view, metainfos, cameras, cfg) for seen, view in zip(feats, views)])
        one_by_one = [None if cameras is None else cameras.of(i) for i in range(len(metainfos))]
        return [fuse_views(image, one, cfg, self.ground_index) for image, one in zip(zip(*by_view), one_by_one)]

    def _input_size(self, feats: tuple[Tensor, ...]) -> tuple[int, int]:
        height, width = feats[0].shape[-2:]
        return width * self.featmap_strides[0], height * self.featmap_strides[0]

    def _detect(
        self,
        feats: tuple[Tensor, ...],
        view: InputView,
        metainfos: list[dict[str, Any]],
        cameras: GroundMap | None,
        cfg: dict[str, Any],
    ) -> PaddedDetections:
        """One view's athletes on the device; boxes are cut at the view's size, or the one that the image was given."""
        outputs = self(feats)
        device = outputs.class_logits[0].device
        sizes = [info["input_size"] if view.is_plain else view.size for info in metainfos]
        limits = to_device(torch.tensor(np.array(sizes), dtype=torch.float32), device)
        simcc = self.simcc if cfg.get("simcc", True) else None
        with _full_precision(device):
            predictions = flatten_outputs(outputs, self.grid_of(outputs))
            on_device = None if cameras is None else cameras.to(device)
            return detect(predictions, view, limits, on_device, cfg, self.ground_index, simcc)


@MODELS.register_module()
class YOLOXPoseSimCCHead(YOLOXPoseGroundHead):
    """The same head under the name that configs with coordinate classification use."""


def _full_precision(device: torch.device) -> AbstractContextManager:
    return nullcontext() if device.type == "meta" else torch.autocast(device.type, enabled=False)


def _terms_of(head: YOLOXPoseGroundHead, *args: Any) -> tuple[dict[str, Tensor], Tensor]:
    return head.loss_terms(*args)


@cache
def _compiled(**options: Any) -> Any:
    """Compiled once for each set of options; nothing of it is kept in the head, which must stay copyable."""
    return torch.compile(_terms_of, fullgraph=True, **options)
