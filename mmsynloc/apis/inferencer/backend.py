"""What finds the athletes in images: the seam between the inferencer and torch, onnxruntime or another engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from mmsynloc.structures import Camera

__all__ = ["Backend", "FrameDetections"]


class FrameDetections(NamedTuple):
    """What a model finds in one frame, N detections by falling score, in pixels of the camera (annotated pixels).

    Attributes:
        boxes_xyxy: (N, 4) float.
        scores: (N,) float in [0, 1].
        keypoints_px: (N, 2, 2) float, pelvis and the point of the ground below it.
    """

    boxes_xyxy: np.ndarray
    scores: np.ndarray
    keypoints_px: np.ndarray

    def only_finite(self) -> FrameDetections:
        """Those whose numbers all are finite; the others are left out, as in the evaluation."""
        finite = np.isfinite(self.boxes_xyxy).all(1) & np.isfinite(self.scores)
        finite &= np.isfinite(self.keypoints_px).all((1, 2))
        return FrameDetections(*(column[finite] for column in self))


class Backend(Protocol):
    """Finds the athletes of images; :class:`~mmsynloc.apis.inferencer.SynLocInferencer` does the rest.

    The work is in two steps, so that images are read and resized in threads while the model is busy: ``prepare`` is
    called from several threads at once and must not change the object, ``predict`` from one.

    Attributes:
        batch_size: how many images it is best given at once.
    """

    batch_size: int

    def prepare(self, image: np.ndarray | Path, camera: Camera, name: str) -> Any:
        """Make the model's input of one image.

        Args:
            image: (H, W, 3) uint8, BGR, or an image file; of the camera's shape, at any resolution.
            camera: of the image, in the SynLoc model; its ``image_size`` is what the detections' pixels refer to. One
                that had another lens model is approximated here: good enough to remove duplicates on the ground, the
                inferencer computes positions with the true one.
            name: what to call the image in errors.

        Returns:
            One item for :meth:`predict`.

        Raises:
            BrokenImageError: the file cannot be read, or the image does not have the camera's shape.
        """

    def predict(self, batch: Sequence[Any]) -> list[FrameDetections]:
        """Find the athletes of a batch.

        Args:
            batch: B items that :meth:`prepare` made, at least one.

        Returns:
            The B images' detections, without duplicates and with no score left out.
        """
