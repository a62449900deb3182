"""The athletes of one frame: found by a model or known from annotations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from mmsynloc.structures.camera import Camera

__all__ = ["Athletes"]


class Athletes(NamedTuple):
    """N athletes of one frame, as NumPy arrays in annotated pixels and metres.

    Attributes:
        boxes_xyxy: (N, 4) px.
        scores: (N,) in [0, 1]; ones for ground truth.
        ground_px: (N, 2) px, the point of the ground below the pelvis.
        points_pitch_m: (N, 2) m; NaN above the horizon, where there is no ground position.
        pelvis_px: (N, 2) px; None where only boxes are found.
    """

    boxes_xyxy: np.ndarray
    scores: np.ndarray
    ground_px: np.ndarray
    points_pitch_m: np.ndarray
    pelvis_px: np.ndarray | None = None

    @classmethod
    def from_pred_instances(cls, instances: Any, camera: Camera, ground_index: int = 1) -> Athletes:
        """From a model's ``pred_instances``, in pixels of ``camera``.

        Args:
            instances: ``bboxes, bbox_scores, keypoints`` of a model of ours; or ``bboxes, scores`` of MMDetection's,
                which count from the image's corner: the middle of the box's lower edge stands on the ground.
            camera: of the frame.
            ground_index: which keypoint stands on the ground.
        """
        boxes = np.asarray(instances["bboxes"], dtype=np.float64).reshape(-1, 4)
        if "keypoints" not in instances:
            boxes = boxes - 0.5
            ground_px, pelvis_px = np.stack([boxes[:, [0, 2]].mean(1), boxes[:, 3]], 1), None
        else:
            points = np.asarray(instances["keypoints"], dtype=np.float64)
            ground_px, pelvis_px = points[:, ground_index, :2], points[:, 1 - ground_index, :2]
        scores = np.asarray(instances["bbox_scores" if "bbox_scores" in instances else "scores"], dtype=np.float64)
        return cls(boxes, scores, ground_px, camera.pixel_to_pitch(ground_px).points, pelvis_px)

    @classmethod
    def from_data_info(cls, data_info: Mapping[str, Any], ground_index: int = 1) -> Athletes:
        """The ground truth of one item of ``SynLocDataset.get_data_info``."""
        return cls(
            data_info["bbox"],
            np.ones(len(data_info["bbox"])),
            data_info["keypoints"][:, ground_index],
            data_info["position_on_pitch"],
            data_info["keypoints"][:, 1 - ground_index],
        )

    def over(self, score_threshold: float) -> Athletes:
        """Those with a score of at least ``score_threshold``."""
        return self.take(self.scores >= score_threshold)

    def take(self, rows: np.ndarray) -> Athletes:
        """Those of a mask (N,) or of indices."""
        chosen: list[Any] = [None if array is None else array[rows] for array in self]
        return Athletes(*chosen)
