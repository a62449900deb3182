"""The registered codec between SynLoc labels, YOLOX-Pose targets and pitch positions."""

from __future__ import annotations

from typing import Any

import numpy as np
from mmpose.codecs.annotation_processors import YOLOXPoseAnnotationProcessor
from mmpose.registry import KEYPOINT_CODECS

from mmsynloc.codecs.ground_metric import GROUND_INDEX, detach_ground_metric
from mmsynloc.structures import Camera, ProjectedPoints

__all__ = ["PelvisGroundCodec"]


@KEYPOINT_CODECS.register_module()
class PelvisGroundCodec(YOLOXPoseAnnotationProcessor):
    """Pelvis and pelvis_ground: labels to YOLOX-Pose targets, predictions to metres on the pitch.

    - N: number of athletes
    - K: number of keypoints, 2 (pelvis, pelvis_ground)
    - D: dimensions of a keypoint, 2

    Where the data set carries the ground metric (``SynLocDataset(with_ground_metric=True)``), the keypoints come
    with K + 2 points; :meth:`encode` then gives the K keypoints and ``pixel_to_metre`` (N, 2, 2), the derivative
    d(pitch m) / d(input px) at pelvis_ground, whatever the augmentations did.

    Args:
        input_size: ``(width, height)`` of the network's input, for deployment only.
        keypoint_index: which keypoint stands on the ground.
    """

    num_keypoints = 2
    label_mapping_table = dict(YOLOXPoseAnnotationProcessor.label_mapping_table, pixel_to_metre="pixel_to_metre")

    def __init__(self, input_size: tuple[int, int] | None = None, keypoint_index: int = GROUND_INDEX) -> None:
        super().__init__(input_size=input_size)
        self.keypoint_index = keypoint_index

    def encode(
        self,
        keypoints: np.ndarray,
        keypoints_visible: np.ndarray | None = None,
        bbox: np.ndarray | None = None,
        category_id: np.ndarray | None = None,
    ) -> dict[str, np.ndarray]:
        """Make the training targets.

        Args:
            keypoints: (N, K, D) px of the network's input, or (N, K + 2, D) with the ground metric.
            keypoints_visible: (N, K) or (N, K + 2), 0 or 1.
            bbox: (N, 4) xyxy px.
            category_id: (N,), 1 for an athlete.

        Returns:
            ``keypoints`` (N, K, D), ``keypoints_visible`` (N, K), ``bbox_labels`` (N,) from 0, and
            ``pixel_to_metre`` (N, 2, 2) where the metric was carried.

        Raises:
            ValueError: the number of keypoints is neither K nor K + 2.
        """
        keypoints = np.asarray(keypoints, dtype=np.float32)
        if keypoints_visible is None:
            keypoints_visible = np.ones(keypoints.shape[:2], dtype=np.float32)
        if keypoints.shape[1] not in (self.num_keypoints, self.num_keypoints + 2):
            raise ValueError(f"keypoints have shape {keypoints.shape}, not (N, 2, 2) or (N, 4, 2)")
        encoded = super().encode(keypoints, keypoints_visible, bbox, category_id)
        if keypoints.shape[1] > self.num_keypoints:
            keypoints, encoded["pixel_to_metre"] = detach_ground_metric(keypoints)
        encoded["keypoints"] = keypoints
        encoded["keypoints_visible"] = keypoints_visible[:, : self.num_keypoints]
        return encoded

    def decode(self, keypoints_px: Any, camera: Camera) -> ProjectedPoints:
        """Predicted keypoints to positions on the pitch.

        Args:
            keypoints_px: (N, K, D) in pixels of ``camera.image_size``.
            camera: the frame's camera.

        Returns:
            Positions (N, 2) in metres and the mask (N,) of those below the horizon; the others are NaN.
        """
        return camera.pixel_to_pitch(keypoints_px[:, self.keypoint_index, :2])
