"""From pictures and cameras to positions on the pitch."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from mmsynloc.apis.inferencer.backend import Backend, FrameDetections
from mmsynloc.apis.inferencer.frame_cameras import CameraOf, camera_finder
from mmsynloc.apis.inferencer.frames import Frame, Problem, open_sources, read_frames
from mmsynloc.apis.inferencer.positions import FramePositions
from mmsynloc.files.images import BrokenImageError
from mmsynloc.structures import Camera
from mmsynloc.utils import UserError

__all__ = ["DEFAULT_CHECKPOINT", "DEFAULT_CONFIG", "SynLocInferencer"]

DEFAULT_CONFIG, DEFAULT_CHECKPOINT = "mmsynloc::demo_synloc.py", "mmsynloc::demo_synloc.pth"
"""The weights that come with the package, and their config."""

_GPU_BATCH = 8


class _Prepared(NamedTuple):
    """A frame whose input is being made."""

    frame: Frame
    frame_id: int
    camera: Camera
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
            its ``load_from``.
        device: torch's name of the device; by default the first GPU where there is one.
        batch_size: frames that the model sees at once; by default 8 on a GPU, else 1.
        amp: mixed precision, where the device is fast at it.
        score_threshold: athletes with a lower score are left out; by default the threshold that validation chose for
            the checkpoint. 0 keeps all.
        workers: threads that read and resize images.
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
        backend: Backend | None = None,
    ) -> None:
        if backend is None:
            backend, chosen, on_gpu = _load(config, checkpoint, device, amp, score_threshold is None)
            score_threshold = chosen if score_threshold is None else score_threshold
            batch_size = batch_size or (_GPU_BATCH if on_gpu else 1)
        if score_threshold is None or not math.isfinite(score_threshold):
            raise UserError(f"score_threshold is {score_threshold}; a number is needed")
        self.backend = backend
        self.score_threshold = float(score_threshold)
        self.batch_size = batch_size or 1
        self.workers = workers or min(4, os.cpu_count() or 1)

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
                :func:`~mmsynloc.apis.inferencer.frames.open_sources`.
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
        frames = islice(read_frames(sources, lambda index: index % every == 0), max_frames)
        return self.infer(frames, find_camera, on_problem)

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
                frame_id, camera = find_camera(frame)
            except UserError as error:
                on_problem(Problem(frame.name, str(error).removeprefix(f"{frame.name}: ")))
                continue
            item = pool.submit(self.backend.prepare, frame.image, camera, frame.name)
            ahead.append(_Prepared(frame, frame_id, camera, item))
            if len(ahead) > self.batch_size + self.workers:
                yield from _finished(ahead.popleft(), on_problem)
        for prepared in ahead:
            yield from _finished(prepared, on_problem)


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
        frame_id=prepared.frame_id,
        name=frame.name,
        boxes_xyxy=detections.boxes_xyxy,
        points_px=detections.keypoints_px,
        points_pitch_m=camera.pixel_to_pitch(detections.keypoints_px[:, 1]).points,
        scores=detections.scores,
        camera=camera,
        time_s=frame.time_s,
    )


def _load(
    config: str | Path | None, checkpoint: str | Path | None, device: str | None, amp: bool, need_threshold: bool
) -> tuple[Backend, float | None, bool]:
    """The torch back end, the threshold that goes with the checkpoint, and whether it runs on a GPU."""
    from mmsynloc.apis.config import load_config
    from mmsynloc.apis.inferencer.torch_backend import TorchBackend
    from mmsynloc.apis.starting_point import local_checkpoint
    from mmsynloc.engine.checkpoints import read_checkpoint
    from mmsynloc.engine.hooks.score_threshold_hook import stored_threshold

    cfg = load_config(str(config or DEFAULT_CONFIG))
    name = checkpoint or (cfg.get("load_from") if config else DEFAULT_CHECKPOINT)
    if not name:
        raise UserError(f"{config}: name the checkpoint too; the config has no load_from")
    file = local_checkpoint(str(name))
    threshold = stored_threshold(file, read_checkpoint(file)) if need_threshold else None
    if need_threshold and threshold is None:
        raise UserError(
            f"{name}: no validation has chosen a score threshold for it yet; run mmsynloc test CONFIG {name} "
            "--split val, or name a score threshold"
        )
    backend = TorchBackend(cfg, file, device, amp)
    return backend, threshold, backend.device.type == "cuda"
