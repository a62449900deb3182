"""The first of two stages: any detector, behind one call."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from mmengine.config import ConfigDict
from mmengine.structures import InstanceData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor, nn

from mmsynloc.config_reader import read_config
from mmsynloc.models.estimators.synloc_pose_estimator import SynLocPoseEstimator
from mmsynloc.models.estimators.tiling import detect_on_tiles, tile_rule_of
from mmsynloc.structures.boxes import points_of_boxes
from mmsynloc.utils import UserError

__all__ = ["FirstStage", "build_detector", "detector_config", "first_stage"]

_PERSON_LABEL = 0


class FirstStage(Protocol):
    """Finds athletes' boxes."""

    def find(
        self, inputs: Tensor, data_samples: list[PoseDataSample], frames: Sequence[Tensor]
    ) -> Sequence[InstanceData]:
        """Boxes of each frame.

        Args:
            inputs: (B, 3, h, w) uint8, BGR, on the detector's device.
            data_samples: of the B frames, with ``input_size``, ``input_center`` and ``input_scale``.
            frames: the frames' own pixels (h, w, 3) uint8, BGR, on the host.

        Returns:
            ``bboxes`` (N, 4) in annotated px and ``bbox_scores`` (N,), NumPy.
        """


def detector_config(detector: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """A first stage's model: the config itself, or that of the config that a name or path means.

    Its ``_scope_`` is the config's, so that the parts of a detector of MMDetection are found.

    Raises:
        UserError: there is no such config, or it has no model.
    """
    if not isinstance(detector, str):
        return detector
    cfg = read_config(detector)
    if not cfg.get("model"):
        raise UserError(f"{detector}: it has no model")
    return ConfigDict({"_scope_": cfg.get("default_scope") or "mmpose", **cfg.model})


def build_detector(detector: Mapping[str, Any] | str) -> nn.Module:
    """The model of a first stage, which is not trained; see :func:`detector_config`.

    Its backbone's pretrained weights are not fetched: the checkpoint of both stages has them.
    """
    config = copy.deepcopy(dict(detector_config(detector)))
    if config.get("backbone"):
        config["backbone"]["init_cfg"] = None
    return MODELS.build(config).requires_grad_(False)


def first_stage(model: nn.Module) -> FirstStage:
    """A detector behind the one call.

    Args:
        model: a :class:`SynLocPoseEstimator`, or a detector of MMDetection.

    Raises:
        UserError: it is of another kind.
    """
    if isinstance(model, SynLocPoseEstimator):
        return _PoseStage(model)
    from mmdet.models.detectors import BaseDetector

    if isinstance(model, BaseDetector) and model.with_bbox:
        return _BoxStage(model)
    kind = type(model).__name__
    raise UserError(f"{kind} cannot be a first stage: SynLocPoseEstimator can, and detectors of MMDetection with boxes")


class _PoseStage:
    """Our single-stage models."""

    def __init__(self, model: SynLocPoseEstimator) -> None:
        self.model = model

    def find(
        self, inputs: Tensor, data_samples: list[PoseDataSample], frames: Sequence[Tensor]
    ) -> Sequence[InstanceData]:
        inputs = self.model.data_preprocessor.normalise(inputs)
        return [sample.pred_instances for sample in self.model.predict(inputs, data_samples, frames=frames)]


class _BoxStage:
    """Detectors of MMDetection; an athlete stands where the box ends, which tells duplicates of tiles apart.

    ``test_cfg.tiles`` is that of :class:`SynLocPoseEstimator`.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.test_cfg = dict(model.test_cfg or {})
        self.tile_rule = tile_rule_of(self.test_cfg)

    def find(
        self, inputs: Tensor, data_samples: list[PoseDataSample], frames: Sequence[Tensor]
    ) -> Sequence[InstanceData]:
        whole = self._detect(inputs.unbind(), data_samples)
        if self.tile_rule is None:
            return whole
        return detect_on_tiles(self._detect, whole, data_samples, frames, self.tile_rule, self.test_cfg)

    def _detect(self, images: Sequence[Tensor], data_samples: Sequence[PoseDataSample]) -> list[InstanceData]:
        from mmdet.structures import DetDataSample

        shapes = [tuple(image.shape[-2:]) for image in images]
        samples = [DetDataSample(metainfo=dict(img_shape=s, ori_shape=s, scale_factor=(1.0, 1.0))) for s in shapes]
        batch = self.model.data_preprocessor(dict(inputs=list(images), data_samples=samples))
        # MMDetection decodes in the precision of its layers, and bfloat16 has steps of 4 px at 1000 px.
        with torch.autocast(images[0].device.type, enabled=False):
            found = self.model.predict(batch["inputs"], batch["data_samples"], rescale=False)
        return [_in_frame(one.pred_instances, sample) for one, sample in zip(found, data_samples)]


def _in_frame(found: Any, sample: PoseDataSample) -> InstanceData:
    """The boxes of people in annotated px, where pixel centres are integers; MMDetection counts from pixel corners."""
    people = found[found.labels == _PERSON_LABEL].cpu()
    people = people[torch.as_tensor(people.bboxes).isfinite().all(-1)]
    corners = torch.as_tensor(people.bboxes).double().numpy().reshape(-1, 2, 2) - 0.5
    size, scale, centre = (np.asarray(sample.metainfo[f"input_{name}"]) for name in ("size", "scale", "center"))
    boxes = (corners / size * scale + centre - 0.5 * scale).reshape(-1, 4)
    scores = people.scores.double().numpy()
    return InstanceData(bboxes=boxes, bbox_scores=scores, keypoints=points_of_boxes(boxes))
