"""Athletes and their pitch positions in TrackLab's pipelines, such as SoccerNet's game-state reconstruction."""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np
import pandas as pd
from tracklab.pipeline import ImageLevelModule

from mmsynloc.apis.inferencer import SynLocInferencer
from mmsynloc.apis.inferencer.frame_cameras import camera_finder
from mmsynloc.files.game_state import bboxes_pitch
from mmsynloc.structures import FramePositions, GroundCamera

__all__ = ["SynLocPositions"]


class SynLocPositions(ImageLevelModule):
    """Finds the athletes of each image, with ``bbox_pitch`` from the ground point below the pelvis.

    Takes the place of TrackLab's detector. Its own game-state pipeline puts an athlete where the middle of the box's
    lower edge meets the pitch.

    Args:
        camera: file of a fixed camera, or of one for each image by its name; any that
            :func:`mmsynloc.files.read_cameras` reads.
        batch_size: images that are handed over at once.
        config: of the model; by default that of the package's weights.
        checkpoint: its weights.
        device: torch's name of the device.
        category_id: of the athletes in TrackLab's tables.
    """

    collate_fn: Any = staticmethod(list)
    input_columns: list[str] = []
    output_columns = ["image_id", "video_id", "category_id", "bbox_ltwh", "bbox_conf", "bbox_pitch"]

    def __init__(
        self,
        camera: str,
        batch_size: int = 1,
        config: str | None = None,
        checkpoint: str | None = None,
        device: str | None = None,
        category_id: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(batch_size)
        self.find_camera = camera_finder(camera)
        self.inferencer = SynLocInferencer(config, checkpoint, device, batch_size=batch_size)
        self.category_id = category_id
        self._numbers = count()  # of the detections over all images, which name TrackLab's rows

    def preprocess(self, image: np.ndarray, detections: pd.DataFrame, metadata: pd.Series) -> np.ndarray:
        """The image (H, W, 3) uint8 in OpenCV's order; TrackLab loads RGB."""
        return np.ascontiguousarray(image[..., ::-1])

    def process(self, batch: list, detections: pd.DataFrame, metadatas: pd.DataFrame) -> pd.DataFrame:
        """The athletes of a batch.

        Args:
            batch: the images' indices and :meth:`preprocess`'s results.
            detections: not used.
            metadatas: of the images, with ``video_id`` and ``file_path``.

        Returns:
            One row for each athlete over the score threshold.
        """
        cameras = [self._camera(metadatas.loc[index], image) for index, image in batch]
        rows: list[pd.Series] = []
        for (index, _), found in zip(batch, self.inferencer([image for _, image in batch], cameras)):
            rows += self._rows(found, index, metadatas.loc[index].get("video_id"))
        return pd.DataFrame(rows, columns=self.output_columns)

    def _camera(self, metadata: pd.Series, image: np.ndarray) -> GroundCamera:
        name = str(metadata.get("file_path", metadata.name))
        return self.find_camera(0, name, (image.shape[1], image.shape[0]))[1]

    def _rows(self, found: FramePositions, image_id: Any, video_id: Any) -> list[pd.Series]:
        rows = []
        for box, score, bbox_pitch in zip(found.boxes_xyxy, found.scores, bboxes_pitch(found)):
            values = dict(
                image_id=image_id,
                video_id=video_id,
                category_id=self.category_id,
                bbox_ltwh=np.array([*box[:2], *(box[2:] - box[:2])]),
                bbox_conf=float(score),
                bbox_pitch=bbox_pitch,
            )
            rows.append(pd.Series(values, name=next(self._numbers)))
        return rows
