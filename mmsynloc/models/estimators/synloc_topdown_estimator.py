"""Two stages: a detector finds athletes, and this model places each of them from a crop of the frame's own pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.config import Config
from mmengine.structures import InstanceData
from mmpose.models.pose_estimators.base import BasePoseEstimator
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmsynloc.config_scope import config_path
from mmsynloc.models.structures.crop_points import CropPoints
from mmsynloc.models.utils.ground_nms import distinct_athletes
from mmsynloc.models.utils.placement import PlacementRule, place
from mmsynloc.structures import Camera
from mmsynloc.structures.affine import resize_matrix
from mmsynloc.structures.crops import crop_geometry, crop_matrices, crops_by_camera, feet_of
from mmsynloc.structures.warp import cut_views

__all__ = ["SynLocTopdownEstimator", "detector_config"]


class _Candidates(NamedTuple):
    """The boxes of one frame and what is cut out of it for them."""

    boxes_xyxy: np.ndarray  # (P, 4) annotated px
    scores: np.ndarray  # (P,)
    matrices: np.ndarray  # (P, 3, 3) annotated px -> crop px
    crops: np.ndarray  # (P, H, W, 3) uint8
    geometry: np.ndarray  # (P, 4)
    camera: Camera


def detector_config(detector: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """A first stage's model: the config itself, or that of the config that a name or path means.

    Raises:
        UserError: there is no such config.
    """
    return Config.fromfile(str(config_path(detector))).model if isinstance(detector, str) else detector


@MODELS.register_module()
class SynLocTopdownEstimator(BasePoseEstimator):
    """Places athletes from crops: ``backbone`` and ``head`` as MMPose's ``TopdownPoseEstimator``.

    Trained on crops (:class:`~mmsynloc.datasets.transforms.SynLocAthleteCrops`). In a test it needs whole frames
    (:class:`~mmsynloc.datasets.transforms.LoadSynLocFrame`) and takes the boxes of the detector, or without one those
    of the data set: the true ones, or detections saved before (``SynLocDataset(detections=...)``).

    ``test_cfg`` may have the arguments of :class:`~mmsynloc.models.utils.placement.PlacementRule`, and

    - ``flip_test``: average with the mirror image (False)
    - ``max_crops``: the best so many boxes of a frame are placed (100)
    - ``box_score_thr``: boxes with less are not (0.02)
    - ``ground_nms_radius_m``: of two placed athletes so near to each other the better one stays (0.4)
    - ``batch_size``: crops that go through the network at once (256)

    Args:
        crop: ``size (width, height)``, and ``height_m`` and ``padding`` as the training's transform has them.
        detector: the first stage: a model's config, or the name of a config whose model it is. It is not trained.
        channels_last: as for :class:`SynLocPoseEstimator`.
        **kwargs: as for ``TopdownPoseEstimator``.
    """

    def __init__(
        self,
        *args: Any,
        crop: Mapping[str, Any],
        detector: Mapping[str, Any] | str | None = None,
        channels_last: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.crop = dict(height_m=None, padding=1.25) | dict(crop)
        keys = PlacementRule.__dataclass_fields__.keys() & self.test_cfg.keys()
        self.rule = PlacementRule(**{key: self.test_cfg[key] for key in keys})
        self.detector = None
        if detector is not None:
            self.detector = MODELS.build(detector_config(detector)).requires_grad_(False)
        if channels_last:
            self.to(memory_format=torch.channels_last)

    def train(self, mode: bool = True) -> SynLocTopdownEstimator:
        """Switch the second stage between training and test; the detector stays as it is used."""
        super().train(mode)
        if self.detector is not None:
            self.detector.eval()
        return self

    def forward(
        self,
        inputs: Tensor,
        data_samples: list[PoseDataSample],
        mode: str = "tensor",
        frames: Sequence[Tensor] | None = None,
    ) -> Any:
        """As upstream's estimators, with the whole frames for ``mode="predict"``.

        Args:
            inputs: (P, 3, H, W) float crops to learn from; for a prediction the detector's inputs (B, 3, h, w) uint8.
            data_samples: of the B frames.
            mode: ``"loss"``, ``"predict"``, or ``"tensor"`` for the network's outputs on crops.
            frames: B times (h, w, 3) uint8, BGR, on the host.
        """
        if mode == "predict":
            if frames is None:
                raise ValueError("the second stage needs whole frames: put LoadSynLocFrame first in the test pipeline")
            return self.predict(inputs, data_samples, frames)
        return super().forward(inputs, data_samples, mode)

    def loss(self, inputs: Tensor, data_samples: list[PoseDataSample]) -> dict[str, Tensor]:
        """Losses of crops; see :meth:`forward`."""
        return self.head.loss(self.extract_feat(inputs), data_samples, train_cfg=self.train_cfg)

    def predict(
        self, inputs: Tensor, data_samples: list[PoseDataSample], frames: Sequence[Tensor]
    ) -> list[PoseDataSample]:
        """Athletes of each frame; see :meth:`forward`.

        Returns:
            The samples with ``pred_instances`` in annotated pixels: ``keypoints`` (N, 2, 2), ``keypoint_scores``,
            ``keypoints_visible``, ``bboxes``, ``bbox_scores``, ``scores``, ``labels``.
        """
        boxes = self._boxes(inputs, data_samples, frames)
        for sample, placed in zip(data_samples, self.place_boxes(boxes, data_samples, frames)):
            sample.pred_instances = placed
        return data_samples

    def place_boxes(
        self,
        boxes: Sequence[tuple[np.ndarray, np.ndarray]],
        data_samples: Sequence[PoseDataSample],
        frames: Sequence[Tensor],
    ) -> list[InstanceData]:
        """The second stage alone.

        Args:
            boxes: of each frame boxes (P, 4) in annotated px and their scores (P,).
            data_samples: of the frames, with ``camera`` and ``annotated_size``.
            frames: (h, w, 3) uint8, BGR, on the host.

        Returns:
            What :meth:`predict` puts into the samples.
        """
        found = [self._cut(b, s, sample, frame) for (b, s), sample, frame in zip(boxes, data_samples, frames)]
        ends = np.cumsum([len(candidates.scores) for candidates in found])[:-1]
        points, variances, quality = (np.split(column, ends) for column in self._points(found))
        return [self._place(*one) for one in zip(found, points, variances, quality)]

    def _boxes(
        self, inputs: Tensor, data_samples: list[PoseDataSample], frames: Sequence[Tensor]
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """Boxes (P, 4) in annotated px and scores (P,) of each frame, the best first."""
        if self.detector is not None:
            inputs = self.detector.data_preprocessor.normalise(inputs)
            found = [sample.pred_instances for sample in self.detector.predict(inputs, data_samples, frames=frames)]
        else:
            found = [sample.gt_instances for sample in data_samples]
        boxes = []
        for instances in found:
            scores = np.asarray(instances.bbox_scores, np.float64)
            order = np.argsort(-scores, kind="stable")[: self.test_cfg.get("max_crops", 100)]
            order = order[scores[order] >= self.test_cfg.get("box_score_thr", 0.02)]
            boxes.append((np.asarray(instances.bboxes, np.float64).reshape(-1, 4)[order], scores[order]))
        return boxes

    def _cut(self, boxes: np.ndarray, scores: np.ndarray, sample: PoseDataSample, frame: Tensor) -> _Candidates:
        camera, size = Camera.from_data_info(sample.metainfo), tuple(self.crop["size"])
        crops = crops_by_camera(boxes, camera, size, self.crop["height_m"], self.crop["padding"])
        matrices = crop_matrices(crops, size)
        pixels = frame.numpy()
        views = cut_views(pixels, matrices @ resize_matrix(pixels.shape[1::-1], camera.image_size), size)
        geometry = crop_geometry(camera, feet_of(boxes), matrices, size)
        return _Candidates(boxes, scores, matrices, views, geometry, camera)

    def _points(self, found: Sequence[_Candidates]) -> list[np.ndarray]:
        """The points of all crops of a batch as arrays (P, ...); one transfer to the host."""
        crops = np.concatenate([candidates.crops for candidates in found])
        geometry = torch.from_numpy(np.concatenate([candidates.geometry for candidates in found]))
        parts = []
        for start in range(0, len(crops), self.test_cfg.get("batch_size", 256)):
            part = slice(start, start + self.test_cfg.get("batch_size", 256))
            parts.append(self._run(torch.from_numpy(np.ascontiguousarray(crops[part])), geometry[part]))
        if not parts:
            return [np.zeros((0, 2, 2)), np.zeros((0, 2, 2)), np.zeros(0)]
        columns = [torch.cat(column).reshape(len(crops), -1) for column in zip(*parts)]
        table = torch.cat(columns, 1).cpu().double().numpy()
        return [table[:, :4].reshape(-1, 2, 2), table[:, 4:8].reshape(-1, 2, 2), table[:, 8]]

    def _run(self, crops: Tensor, geometry: Tensor) -> CropPoints:
        """The network on crops (P, H, W, 3) uint8, BGR."""
        preprocessor = self.data_preprocessor
        device = preprocessor.device
        batch = preprocessor.normalise(crops.to(device, non_blocking=True).movedim(-1, 1))
        geometry = geometry.to(device, non_blocking=True)
        outputs = self.head(self.extract_feat(batch), geometry)
        if self.test_cfg.get("flip_test", False):
            mirrored = geometry * geometry.new_tensor([-1, 1, 1, 1])
            flipped = self.head(self.extract_feat(batch.flip(-1)), mirrored)
            outputs = self.head.average_mirrored(outputs, flipped)
        return self.head.decode_outputs(outputs)

    def _place(
        self, candidates: _Candidates, points_px: np.ndarray, variances_px2: np.ndarray, quality: np.ndarray
    ) -> InstanceData:
        factors = dict(detector=candidates.scores, quality=quality)
        placed = place(points_px, variances_px2, candidates.matrices, candidates.camera, factors, self.rule)
        order = np.argsort(-placed.scores, kind="stable")
        radius_m = self.test_cfg.get("ground_nms_radius_m", 0.4)
        order = order[distinct_athletes(candidates.boxes_xyxy[order], placed.points_pitch_m[order], radius_m)]
        scores = placed.scores[order].astype(np.float32)
        certain = np.ones((len(order), 2), np.float32)
        return InstanceData(
            keypoints=placed.points_px[order].astype(np.float32),
            keypoint_scores=certain,
            keypoints_visible=certain,
            bboxes=candidates.boxes_xyxy[order].astype(np.float32),
            bbox_scores=scores,
            scores=scores,
            labels=np.zeros(len(order), np.int64),
        )
