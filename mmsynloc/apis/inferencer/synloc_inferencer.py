"""From pictures and cameras to positions on the pitch."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mmsynloc.apis.inferencer.backend import Backend, FrameDetections
from mmsynloc.apis.inferencer.frame_cameras import CameraOf, camera_finder
from mmsynloc.apis.inferencer.frames import Frame, Problem, Selection, read_frames
from mmsynloc.apis.inferencer.sources import open_sources
from mmsynloc.apis.threshold import require_chosen
from mmsynloc.files.images import BrokenImageError
from mmsynloc.structures import Camera, FramePositions, GroundCamera
from mmsynloc.utils import UserError

if TYPE_CHECKING:
    from mmengine.config import Config

    from mmsynloc.apis.inferencer.exported_backend import ExportedBackend

__all__ = [
    "DEFAULT_CHECKPOINT",
    "DEFAULT_CONFIG",
    "ModelFiles",
    "SynLocInferencer",
    "find_model",
    "is_exported",
    "open_exported",
]

DEFAULT_CONFIG, DEFAULT_CHECKPOINT = "mmsynloc::demo_synloc-twostage.py", "mmsynloc::demo_synloc-twostage.pth"
"""The weights that come with the package, and their config."""


class ModelFiles(NamedTuple):
    """A model: its config, the file of its weights, and the threshold that validation chose for them, if it has."""

    cfg: Config
    checkpoint: str
    score_threshold: float | None


class _Prepared(NamedTuple):
    """A frame whose input is being made."""

    frame: Frame
    image_id: int
    camera: GroundCamera
    item: Future


class SynLocInferencer:
    """Finds the athletes of calibrated pictures and says where they stand.

    ::

        from mmsynloc import SynLocInferencer

        for frame in SynLocInferencer()("match.mp4", cameras="camera.json"):
            print(frame.name, frame.points_pitch_m)

    Args:
        config: a config's file or ``mmsynloc::`` name; by default that of the weights that come with the package.
        checkpoint: the weights, as for ``mmsynloc test``; by default those of the package, or where a config is named
            its ``load_from``. An ONNX file of ``mmsynloc export`` needs no config.
        device: torch's name of the device; by default the first GPU where there is one.
        batch_size: frames that the model sees at once; by default 8 on a GPU, else 1.
        amp: mixed precision, where the device is fast at it.
        score_threshold: athletes with a lower score are left out; by default the threshold that validation chose for
            the checkpoint. 0 keeps all.
        workers: threads that read and resize images.
        engine: what runs an ONNX file, ``"onnxruntime"`` or ``"openvino"``.
        backend: what finds the athletes in place of a config's model; ``score_threshold`` is needed then.

    Raises:
        UserError: a file is missing or wrong, the weights do not fit, or no validation has chosen a threshold.
    """

    def __init__(
        self,
        config: str | Path | None = None,
        checkpoint: str | Path | None = None,
        device: str | None = None,
        batch_size: int | None = None,
        amp: bool = False,
        score_threshold: float | None = None,
        workers: int | None = None,
        engine: str = "onnxruntime",
        backend: Backend | None = None,
    ) -> None:
        if backend is None and is_exported(checkpoint):
            if config is not None or device is not None:
                raise UserError(f"{checkpoint}: an exported model takes neither config nor device; leave them out")
            backend, chosen = open_exported(checkpoint, engine, amp)
            if score_threshold is None:
                score_threshold = require_chosen(checkpoint, chosen)
        elif backend is None:
            from mmsynloc.apis.inferencer.torch_backend import TorchBackend

            model = find_model(config, checkpoint)
            if score_threshold is None:
                score_threshold = require_chosen(model.checkpoint, model.score_threshold)
            backend = TorchBackend(model.cfg, model.checkpoint, device, amp)
        if score_threshold is None or not math.isfinite(score_threshold):
            raise UserError(f"score_threshold is {score_threshold}; a number is needed")
        self.backend = backend
        self.score_threshold = float(score_threshold)
        self.batch_size = batch_size or backend.batch_size
        self.workers = workers or min(4, os.cpu_count() or 1)
        self._to_model = _ModelCameras()

    def __call__(
        self,
        inputs: Any,
        cameras: Any,
        every: int = 1,
        max_frames: int | None = None,
        on_problem: Callable[[Problem], None] | None = None,
    ) -> Iterator[FramePositions]:
        """Positions in one frame after the other, as they are ready.

        Args:
            inputs: images, folders, patterns, videos, streams or arrays, see
                :func:`~mmsynloc.apis.inferencer.sources.open_sources`.
            cameras: one for all frames or one for each, see
                :func:`~mmsynloc.apis.inferencer.frame_cameras.camera_finder`.
            every: take every so many frames.
            max_frames: stop after so many.
            on_problem: called for each frame that has no result, and the next one is taken; without it, the first such
                frame ends the work.

        Raises:
            UserError: an input or a camera's file is missing or wrong, or a frame has a problem.
        """
        find_camera, sources = camera_finder(cameras), open_sources(inputs)
        return self.infer(read_frames(sources, Selection(every, max_frames)), find_camera, on_problem)

    def infer(
        self,
        frames: Iterable[Frame | Problem],
        find_camera: CameraOf,
        on_problem: Callable[[Problem], None] | None = None,
    ) -> Iterator[FramePositions]:
        """As the call, for frames that are read already."""
        with ThreadPoolExecutor(self.workers) as pool:
            waiting = self._prepare(frames, find_camera, on_problem or _raise, pool)
            while batch := list(islice(waiting, self.batch_size)):
                found = self.backend.predict([prepared.item.result() for prepared in batch])
                for prepared, detections in zip(batch, found):
                    yield _positions(prepared, detections).over(self.score_threshold)

    def _prepare(
        self,
        frames: Iterable[Frame | Problem],
        find_camera: CameraOf,
        on_problem: Callable[[Problem], None],
        pool: ThreadPoolExecutor,
    ) -> Iterator[_Prepared]:
        """Frames in order, each with its input made, while those of the next batch are in the making."""
        ahead: deque[_Prepared] = deque()
        for frame in frames:
            if isinstance(frame, Problem):
                on_problem(frame)
                continue
            try:
                image_id, camera = find_camera(frame.index, frame.name, frame.size())
                model_camera = self._to_model(camera)
            except (BrokenImageError, UserError) as error:
                on_problem(Problem(frame.name, str(error).removeprefix(f"{frame.name}: ")))
                continue
            item = pool.submit(self.backend.prepare, frame.image, model_camera, frame.name)
            ahead.append(_Prepared(frame, image_id, camera, item))
            if len(ahead) > self.batch_size + self.workers:
                yield from _finished(ahead.popleft(), on_problem)
        for prepared in ahead:
            yield from _finished(prepared, on_problem)


class _ModelCameras:
    """The SynLoc cameras nearest to cameras of other kinds; the last one is kept, for most runs have only one."""

    def __init__(self) -> None:
        self._last: tuple[GroundCamera, Camera] | None = None

    def __call__(self, camera: GroundCamera) -> Camera:
        if isinstance(camera, Camera):
            return camera
        if self._last is None or self._last[0] is not camera:
            from mmsynloc.structures import to_synloc

            try:
                self._last = camera, to_synloc(camera)[0]
            except ValueError as error:
                raise UserError(str(error)) from None
        return self._last[1]


def _raise(problem: Problem) -> None:
    raise UserError(str(problem))


def _finished(prepared: _Prepared, on_problem: Callable[[Problem], None]) -> Iterator[_Prepared]:
    """The frame itself, or nothing where its image is broken."""
    try:
        prepared.item.result()
    except BrokenImageError as error:
        on_problem(Problem(prepared.frame.name, error.reason))
        return
    yield prepared


def _positions(prepared: _Prepared, detections: FrameDetections) -> FramePositions:
    frame, camera = prepared.frame, prepared.camera
    return FramePositions(
        index=frame.index,
        image_id=prepared.image_id,
        name=frame.name,
        boxes_xyxy=detections.boxes_xyxy,
        points_px=detections.keypoints_px,
        points_pitch_m=camera.pixel_to_pitch(detections.keypoints_px[:, 1]).points,
        scores=detections.scores,
        camera=camera,
        time_s=frame.time_s,
    )


def is_exported(checkpoint: str | Path | None) -> bool:
    """Whether a checkpoint is a model that ``mmsynloc export`` has written."""
    return str(checkpoint).endswith(".onnx")


def open_exported(path: str | Path | None, engine: str, half: bool) -> tuple[ExportedBackend, float | None]:
    """The back end of an exported model, and the threshold that validation chose for it, if it has.

    Args:
        path: the ONNX file.
        engine: ``"onnxruntime"`` or ``"openvino"``.
        half: compute in bfloat16, with OpenVINO alone.

    Raises:
        UserError: there is no such file, the engine is not installed, or the file is no such model.
    """
    from mmsynloc.apis.inferencer.exported_backend import ExportedBackend

    if not Path(str(path)).is_file():
        raise UserError(f"{path}: no such file")
    backend = ExportedBackend(str(path), engine, half=half)
    return backend, backend.score_threshold


def find_model(config: str | Path | None = None, checkpoint: str | Path | None = None) -> ModelFiles:
    """The model of a config and a checkpoint, by default the one that comes with the package.

    Args:
        config: file, or ``mmsynloc::`` name.
        checkpoint: file, address, or ``mmsynloc::`` name; without it, the config's ``load_from``.

    Raises:
        UserError: a file is missing or broken, a config is named without its weights, or it is a second stage alone.
    """
    from mmsynloc.apis.config import load_config
    from mmsynloc.apis.settings import check_settings
    from mmsynloc.apis.starting_point import local_checkpoint
    from mmsynloc.apis.test_options import require_boxes, require_frames
    from mmsynloc.engine.checkpoints import read_checkpoint
    from mmsynloc.engine.hooks.score_threshold_hook import stored_threshold

    cfg = load_config(str(config or DEFAULT_CONFIG))
    check_settings(cfg, str(config or DEFAULT_CONFIG))
    require_boxes(cfg, saved=False)
    require_frames(cfg)
    name = checkpoint
    if name is None:
        name = cfg.get("load_from") if config else DEFAULT_CHECKPOINT
    if name is None:
        raise UserError(f"{config}: name the checkpoint too; the config has no load_from")
    file = local_checkpoint(str(name))
    return ModelFiles(cfg, file, stored_threshold(file, read_checkpoint(file)))
