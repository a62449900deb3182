"""Exported models as a back end of :class:`~mmsynloc.apis.inferencer.SynLocInferencer`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mmsynloc.apis.inferencer.backend import FrameDetections
from mmsynloc.apis.inferencer.engines import not_ours, open_engine
from mmsynloc.apis.inferencer.exported_second_stage import ExportedSecondStage, beside
from mmsynloc.files.images import BrokenImageError, DecodedImage, check_shape, load_image
from mmsynloc.rendering.draw import draw_plan
from mmsynloc.rendering.plan import RenderPlan
from mmsynloc.structures import Camera
from mmsynloc.structures.affine import fit_matrix, invert

__all__ = ["ExportedBackend"]


_RANKS = {"images": 4, "to_frame": 2, "frame_size": 2, "camera_matrix": 3, "undist_poly": 2}
"""Of the graph's inputs, by name."""

_OUTPUTS = {"boxes_xyxy", "scores", "keypoints_px"}


class _Item(NamedTuple):
    """One image, ready for the engine.

    Attributes:
        inputs: of the detector, by name.
        frame: (h, w, 3) uint8, BGR, for the second stage; None where there is none.
        camera: of the image.
    """

    inputs: dict[str, np.ndarray]
    frame: np.ndarray | None
    camera: Camera


class ExportedBackend:
    """A :class:`~mmsynloc.apis.inferencer.Backend` that runs an exported model; it needs no config and no checkpoint.

    A detector that was exported with a second stage is followed by it, from the file beside it.

    Args:
        path: the ONNX file that ``mmsynloc export`` has written.
        engine: ``"onnxruntime"`` or ``"openvino"``.
        threads: of the processor; None leaves their number to the engine.
        half: compute in bfloat16, with OpenVINO alone; the second stage stays in float32.

    Attributes:
        files: the model's files.
        batch_size: 1; on a processor more gain nothing.
        input_size: ``(width, height)`` of the network's input in px.
        score_threshold: the one that validation chose for the checkpoint; None where there is none.
        second_stage: what places the detector's boxes; None for a single-stage model.

    Raises:
        UserError: the engine is not installed or cannot load the files, or they are not such a model.
    """

    batch_size = 1

    def __init__(
        self, path: str | Path, engine: str = "onnxruntime", threads: int | None = None, half: bool = False
    ) -> None:
        self._engine = open_engine(engine, path, threads, half)
        shapes = self._engine.input_shapes
        if {name: len(shape) for name, shape in shapes.items()} != _RANKS or not set(self._engine.outputs) >= _OUTPUTS:
            raise not_ours(path, "detector", self._engine)
        _, height, width, _ = shapes["images"]
        self.input_size = (int(width or 0), int(height or 0))  # only the batch's size is free
        self._polynomial_size = int(shapes["undist_poly"][1] or 0)
        self.score_threshold = self._engine.score_threshold
        self.files = [str(path)]
        self.second_stage: ExportedSecondStage | None = None
        if "second_stage" in self._engine.metadata:
            file = beside(Path(path), self._engine.metadata)
            self.files.append(str(file))
            self.second_stage = ExportedSecondStage(file, engine, threads)
            self.score_threshold = self.second_stage.score_threshold

    def prepare(self, image: np.ndarray | Path, camera: Camera, name: str) -> _Item:
        """The graph's inputs of one image; see ``Backend.prepare``."""
        frame = None
        if self.second_stage is not None:  # its crops are of the file's own pixels
            frame = load_image(str(image), camera.image_size, 1.0).pixels if isinstance(image, Path) else image
            image = frame
        return _Item(self._inputs(image, camera, name), frame, camera)

    def _inputs(self, image: np.ndarray | Path, camera: Camera, name: str) -> dict[str, np.ndarray]:
        pixels, matrix = self._letterbox(image, camera.image_size, name)
        to_frame = invert(matrix)
        polynomial = np.asarray(camera.undist_poly)
        if len(polynomial) > self._polynomial_size:
            most = self._polynomial_size
            raise BrokenImageError(
                name, f"undist_poly has {len(polynomial)} coefficients, the exported model takes {most}"
            )
        return {
            "images": pixels,
            "to_frame": np.array([*np.diag(to_frame)[:2], *to_frame[:2, 2]], np.float32),
            "frame_size": np.array(camera.image_size, np.float32),
            "camera_matrix": np.asarray(camera.camera_matrix, np.float32),
            "undist_poly": np.pad(polynomial, (self._polynomial_size - len(polynomial), 0)).astype(np.float32),
        }

    def _letterbox(
        self, image: np.ndarray | Path, frame_size: tuple[int, int], name: str
    ) -> tuple[np.ndarray, np.ndarray]:
        """The network's image and the matrix that brings frame px to its px, as ``SynLocFitResize`` makes them."""
        plan = RenderPlan.of_image({"annotated_size": frame_size}).moved(
            fit_matrix(frame_size, self.input_size), self.input_size
        )
        if isinstance(image, Path):
            load = lambda layer, scale: load_image(str(image), frame_size, scale)  # noqa: E731
        else:
            height, width = image.shape[:2]
            check_shape((width, height), frame_size, name)
            load = lambda *_: DecodedImage(image, (width / frame_size[0], height / frame_size[1]))  # noqa: E731
        return draw_plan(plan, load), next(plan.layers()).matrix

    def predict(self, batch: Sequence[_Item]) -> list[FrameDetections]:
        """The detections of a batch of such inputs; see ``Backend.predict``."""
        names = batch[0].inputs
        found = self._engine.run({name: np.stack([item.inputs[name] for item in batch]) for name in names})
        kept = found["scores"] > 0
        columns = (found["boxes_xyxy"], found["scores"], found["keypoints_px"])
        detections = [
            FrameDetections(*(column[i][mask] for column in columns)).only_finite() for i, mask in enumerate(kept)
        ]
        if self.second_stage is None:
            return detections
        frames = [item.frame for item in batch if item.frame is not None]
        placed = self.second_stage.place(detections, frames, [item.camera for item in batch])
        return [one.only_finite() for one in placed]
