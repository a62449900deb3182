"""Two stages: a detector finds athletes, and this model places each of them from a crop of the frame's own pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.structures import InstanceData
from mmpose.models.pose_estimators.base import BasePoseEstimator
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmsynloc.models.estimators.first_stage import build_detector, first_stage
from mmsynloc.models.structures.crop_points import CropPoints
from mmsynloc.placement.crop_placer import BATCH_SIZE, CropPlacer, PlacedBoxes
from mmsynloc.structures import Camera
from mmsynloc.structures.crops import MIRRORED_GEOMETRY
from mmsynloc.utils import UserError

__all__ = ["SynLocTopdownEstimator"]


@MODELS.register_module()
class SynLocTopdownEstimator(BasePoseEstimator):
    """Places athletes from crops: ``backbone`` and ``head`` as MMPose's ``TopdownPoseEstimator``.

    Trained on crops (:class:`~mmsynloc.datasets.transforms.SynLocAthleteCrops`). In a test it needs whole frames
    (:class:`~mmsynloc.datasets.transforms.LoadSynLocFrame`) and takes the boxes of the detector, or without one those
    of the data set: the true ones, or detections saved before (``SynLocDataset(detections=...)``).

    ``test_cfg`` may have the arguments of :class:`~mmsynloc.placement.rule.PlacementRule`, ``max_crops``,
    ``box_score_thr``, ``ground_nms_radius_m``, ``pitch_margin_m`` and ``looks`` of
    :class:`~mmsynloc.placement.crop_placer.CropPlacer`, and

    - ``flip_test``: average with the mirror image of each crop (False)
    - ``batch_size``: crops that go through the network at once (256)

    Args:
        crop: ``size (width, height)``, and ``height_m`` and ``padding`` as the training's transform has them.
        detector: the first stage, of ours or of MMDetection: a model's config (with ``_scope_="mmdet"``), or the name
            of a config whose model it is. It is not trained.
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
        if self.test_cfg.get("tiles") is not None:
            raise UserError("model.test_cfg.tiles: tiles are the detector's: model.detector.test_cfg.tiles")
        self.placer = CropPlacer.of(crop, self.test_cfg)
        self.detector = None if detector is None else build_detector(detector)
        self._first_stage = None if self.detector is None else first_stage(self.detector)
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
        cameras = [Camera.from_data_info(sample.metainfo) for sample in data_samples]
        found = [self.placer.cut(*b, frame.numpy(), camera) for b, frame, camera in zip(boxes, frames, cameras)]
        return [_instances(placed) for placed in self.placer.place_frames(found, self._points)]

    def _boxes(
        self, inputs: Tensor, data_samples: list[PoseDataSample], frames: Sequence[Tensor]
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """Boxes (P, 4) in annotated px and scores (P,) of each frame, the best first."""
        if self._first_stage is not None:
            found = self._first_stage.find(inputs, data_samples, frames)
        else:
            found = [sample.gt_instances for sample in data_samples]
        return [self.placer.choose(instances.bboxes, instances.bbox_scores) for instances in found]

    def _points(self, crops: np.ndarray, geometry: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The network as the placer asks it; one transfer to the host."""
        size = self.test_cfg.get("batch_size", BATCH_SIZE)
        parts = []
        for start in range(0, len(crops), size):
            part = np.ascontiguousarray(crops[start : start + size])
            parts.append(self._run(torch.from_numpy(part), torch.from_numpy(geometry[start : start + size])))
        columns = [torch.cat(column).reshape(len(crops), -1) for column in zip(*parts)]
        table = torch.cat(columns, 1).cpu().double().numpy()
        return table[:, :4].reshape(-1, 2, 2), table[:, 4:8].reshape(-1, 2, 2), table[:, 8]

    def _run(self, crops: Tensor, geometry: Tensor) -> CropPoints:
        """The network on crops (P, H, W, 3) uint8, BGR, of the host."""
        device = self.data_preprocessor.device
        return self.crop_points(crops.to(device, non_blocking=True), geometry.to(device, non_blocking=True))

    def crop_points(self, crops: Tensor, geometry: Tensor) -> CropPoints:
        """The network on crops, and with ``flip_test`` on their mirror images too.

        Args:
            crops: (P, H, W, 3) uint8, BGR.
            geometry: (P, 4), see :func:`~mmsynloc.structures.crops.crop_geometry`.
        """
        batch = self.data_preprocessor.normalise(crops.permute(0, 3, 1, 2))
        outputs = self.head(self.extract_feat(batch), geometry)
        if self.test_cfg.get("flip_test", False):
            flipped = self.head(self.extract_feat(batch.flip(-1)), geometry * geometry.new_tensor(MIRRORED_GEOMETRY))
            outputs = self.head.average_mirrored(outputs, flipped)
        return self.head.decode_outputs(outputs)


def _instances(placed: PlacedBoxes) -> InstanceData:
    scores = placed.scores.astype(np.float32)
    certain = np.ones((len(scores), 2), np.float32)
    return InstanceData(
        keypoints=placed.points_px.astype(np.float32),
        keypoint_scores=certain,
        keypoints_visible=certain,
        bboxes=placed.boxes_xyxy.astype(np.float32),
        bbox_scores=scores,
        scores=scores,
        labels=np.zeros(len(scores), np.int64),
    )
