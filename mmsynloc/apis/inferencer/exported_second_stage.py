"""An exported second stage: boxes of a frame to athletes on the pitch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mmsynloc.apis.inferencer.backend import FrameDetections
from mmsynloc.apis.inferencer.engines import not_ours, open_engine
from mmsynloc.placement.crop_placer import BATCH_SIZE, CropPlacer
from mmsynloc.structures import Camera
from mmsynloc.utils import UserError, file_sha256, first_line

__all__ = ["ExportedSecondStage", "beside"]

_OUTPUTS = {"points_px", "variances_px2", "quality"}


def beside(detector: Path, metadata: Mapping[str, str]) -> Path:
    """The file of the second stage that a detector's file names.

    Args:
        detector: the detector's file.
        metadata: what it says of itself, see :func:`~mmsynloc.export.export_onnx`.

    Raises:
        UserError: it is not in the detector's folder, or is of another export.
    """
    name = metadata["second_stage"]
    if Path(name).name != name or name in ("", "..") or "\\" in name:
        raise UserError(f"{detector}: names a second stage outside of its folder: {name!r}")
    path = detector.with_name(name)
    if not path.is_file():
        raise UserError(f"{path}: no such file; {detector.name} is the first of two stages")
    expected = metadata.get("second_stage_sha256")
    if expected is not None and file_sha256(path) != expected:
        raise UserError(f"{path}: is of another export than {detector.name}, or damaged; export both anew")
    return path


class ExportedSecondStage:
    """Places the boxes of a first stage; computes in float32.

    Args:
        path: the ONNX file.
        engine: ``"onnxruntime"`` or ``"openvino"``.
        threads: of the processor; None leaves their number to the engine.

    Attributes:
        placer: how boxes become crops, and points athletes.
        score_threshold: the one that validation chose for the two stages; None where there is none.

    Raises:
        UserError: the engine cannot load the file, or it is no second stage.
    """

    def __init__(self, path: Path, engine: str, threads: int | None = None) -> None:
        self._engine = open_engine(engine, path, threads)
        inputs, outputs = set(self._engine.input_shapes), set(self._engine.outputs)
        if not {"crops"} <= inputs <= {"crops", "geometry"} or not outputs >= _OUTPUTS:
            raise not_ours(path, "second stage", self._engine)
        if "placer" not in self._engine.metadata:
            raise UserError(f"{path}: has lost its settings (placer); export both stages anew")
        try:
            self.placer = CropPlacer.from_json(self._engine.metadata["placer"])
        except ValueError as error:
            raise UserError(f"{path}: {first_line(error)}") from None
        self.score_threshold = self._engine.score_threshold

    def place(
        self, detections: Sequence[FrameDetections], frames: Sequence[np.ndarray], cameras: Sequence[Camera]
    ) -> list[FrameDetections]:
        """Place the athletes of a batch.

        Args:
            detections: the first stage's, of each frame.
            frames: (h, w, 3) uint8, BGR.
            cameras: of the frames.
        """
        cut = []
        for found, frame, camera in zip(detections, frames, cameras):
            boxes, scores = self.placer.choose(found.boxes_xyxy, found.scores)
            cut.append(self.placer.cut(boxes, scores, frame, camera))
        return [FrameDetections(*placed) for placed in self.placer.place_frames(cut, self._run)]

    def _run(self, crops: np.ndarray, geometry: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        parts = []
        for start in range(0, len(crops), BATCH_SIZE):
            part = slice(start, start + BATCH_SIZE)
            inputs = {"crops": np.ascontiguousarray(crops[part]), "geometry": geometry[part].astype(np.float32)}
            parts.append(self._engine.run({name: inputs[name] for name in self._engine.input_shapes}))
        points, variances, quality = (
            np.concatenate([part[name] for part in parts]).astype(np.float64)
            for name in ("points_px", "variances_px2", "quality")
        )
        return points, variances, quality
