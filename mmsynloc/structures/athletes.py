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
    """

    boxes_xyxy: np.ndarray
    scores: np.ndarray
    ground_px: np.ndarray
    points_pitch_m: np.ndarray

    @classmethod
    def from_pred_instances(cls, instances: Any, camera: Camera, ground_index: int = 1) -> Athletes:
        """From a model's ``pred_instances`` (``bboxes, bbox_scores, keypoints`` in pixels of ``camera``)."""
        ground_px = np.asarray(instances["keypoints"], dtype=np.float64)[:, ground_index, :2]
        return cls(
            np.asarray(instances["bboxes"], dtype=np.float64).reshape(-1, 4),
            np.asarray(instances["bbox_scores"], dtype=np.float64),
            ground_px,
            camera.pixel_to_pitch(ground_px).points,
        )

    @classmethod
    def from_data_info(cls, data_info: Mapping[str, Any], ground_index: int = 1) -> Athletes:
        """The ground truth of one item of ``SynLocDataset.get_data_info``."""
        return cls(
            data_info["bbox"],
            np.ones(len(data_info["bbox"])),
            data_info["keypoints"][:, ground_index],
            data_info["position_on_pitch"],
        )

    def over(self, score_threshold: float) -> Athletes:
        """Those with a score of at least ``score_threshold``."""
        keep = self.scores >= score_threshold
        return Athletes(*(array[keep] for array in self))
