"""A back end for tests: it finds the red boxes that :mod:`tests.synloc_files` draws for athletes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from mmsynloc.apis.inferencer import FrameDetections
from mmsynloc.files.images import check_shape, load_image
from mmsynloc.structures import Camera

__all__ = ["RedBoxes"]


class RedBoxes:
    """Boxes in the camera's pixels; the larger one has the higher score, and people stand at their lower edge."""

    batch_size = 2

    def __init__(self) -> None:
        self.batches: list[int] = []

    def prepare(self, image: np.ndarray | Path, camera: Camera, name: str) -> tuple[np.ndarray, Camera]:
        if isinstance(image, Path):
            image = load_image(str(image), camera.image_size, 1.0).pixels
        check_shape((image.shape[1], image.shape[0]), camera.image_size, name)
        return image, camera

    def predict(self, batch: Sequence[tuple[np.ndarray, Camera]]) -> list[FrameDetections]:
        self.batches.append(len(batch))
        return [self._find(*item) for item in batch]

    @staticmethod
    def _find(image: np.ndarray, camera: Camera) -> FrameDetections:
        red = ((image[..., 2] > 150) & (image[..., 1] < 100)).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(red)
        stats = stats[1:][stats[1:, cv2.CC_STAT_AREA] > 4].astype(float)
        stats = stats[np.argsort(-stats[:, cv2.CC_STAT_AREA], kind="stable")]
        scale = camera.image_size[0] / image.shape[1]
        corner, extent = stats[:, :2] * scale, stats[:, 2:4] * scale
        points = np.stack([corner + extent * (0.5, 0.5), corner + extent * (0.5, 1.0)], axis=1)
        scores = np.linspace(0.9, 0.5, len(stats))
        return FrameDetections(np.concatenate([corner, corner + extent], axis=1), scores, points)
