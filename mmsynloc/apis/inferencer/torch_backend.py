"""A config's model and its own test pipeline, without a Runner."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmcv.transforms import LoadImageFromFile
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import MODELS, TRANSFORMS, DefaultScope
from torch import nn

from mmsynloc.apis.inferencer.backend import FrameDetections
from mmsynloc.apis.settings import READING, locsim_metric
from mmsynloc.engine.checkpoints import compare_weights, read_checkpoint, weights_of
from mmsynloc.engine.config_errors import config_errors
from mmsynloc.engine.optim.cpu_amp import has_fast_bfloat16
from mmsynloc.evaluation.metrics.gather import gather_predictions
from mmsynloc.files.images import BrokenImageError, check_shape, read_image
from mmsynloc.structures import Camera
from mmsynloc.structures.boxes import points_of_boxes, to_xyxy
from mmsynloc.utils import UserError, first_line

__all__ = ["TorchBackend"]

_GPU_BATCH = 8


class TorchBackend:
    """A :class:`~mmsynloc.apis.inferencer.Backend` that runs a config's model in torch.

    Images go through the transforms of ``test_dataloader.dataset.pipeline`` and the model's data preprocessor, so that
    the detections are those of ``mmsynloc test``.

    Args:
        cfg: the config; it is not changed.
        checkpoint: file of the weights.
        device: torch's name of it; by default the first GPU where there is one.
        amp: mixed precision: float16 on a GPU, bfloat16 on processors that have it, elsewhere none.

    Raises:
        UserError: the config's model cannot be built, has no test data set, or the weights do not fit it.
    """

    def __init__(
        self, cfg: Config, checkpoint: str | Path, device: str | torch.device | None = None, amp: bool = False
    ) -> None:
        name = Path(cfg.filename or "the config").name
        dataset = (cfg.get("test_dataloader") or {}).get("dataset") or {}
        if not cfg.get("model") or not dataset.get("pipeline"):
            raise UserError(f"{name}: it has no {'test_dataloader.dataset.pipeline' if cfg.get('model') else 'model'}")
        self.device = _device(device)
        self.batch_size = _GPU_BATCH if self.device.type == "cuda" else 1
        self.amp = amp and (self.device.type == "cuda" or has_fast_bfloat16())
        self.input_size = tuple(dataset.get("input_size") or ())
        scope = cfg.get("default_scope") or "mmpose"
        with config_errors(name), DefaultScope.overwrite_default_scope(scope):
            pipeline = [TRANSFORMS.build(transform) for transform in dataset["pipeline"]]
            self.model: BaseModel = MODELS.build(cfg.model)
        # Its place is taken here, where arrays are taken too and damaged files are found.
        self.pipeline = [transform for transform in pipeline if not isinstance(transform, LoadImageFromFile)]
        self.reads_whole_files = len(self.pipeline) < len(pipeline)
        metric = locsim_metric(cfg, "test")
        self.reading = {key: metric[key] for key in READING if key in metric}
        self.in_file_pixels = self.reading.pop("scale_from_ori_shape", False)
        _load(self.model, checkpoint, name)
        self.model.to(self.device).eval()

    def prepare(self, image: np.ndarray | Path, camera: Camera, name: str) -> dict[str, Any]:
        """The sample of one image, from the config's pipeline; see ``Backend.prepare``."""
        results = _sample(camera, name)
        if self.input_size:
            results["input_size"] = self.input_size
        try:
            if isinstance(image, Path) and self.reads_whole_files:
                image = read_image(image)
            if not isinstance(image, Path):
                check_shape((image.shape[1], image.shape[0]), camera.image_size, name)
                results.update(img=image, img_shape=image.shape[:2], ori_shape=image.shape[:2])
            for transform in self.pipeline:
                results = transform(results)
        except UserError as error:  # how the pipeline reports an image that cannot be read
            raise BrokenImageError(name, str(error).removeprefix(f"{name}: ")) from None
        if self.in_file_pixels:
            results["data_samples"].set_metainfo({"annotated_size": camera.image_size})
        return results

    def predict(self, batch: Sequence[dict[str, Any]]) -> list[FrameDetections]:
        """The detections of a batch of samples; see ``Backend.predict``."""
        data = {key: [sample[key] for sample in batch] for key in batch[0]}
        with torch.inference_mode(), self._precision():
            samples = self.model.test_step(data)
        return [_detections(sample, self.reading, self.in_file_pixels) for sample in samples]

    def _precision(self) -> AbstractContextManager:
        if not self.amp:
            return nullcontext()
        dtype = torch.float16 if self.device.type == "cuda" else torch.bfloat16
        return torch.autocast(self.device.type, dtype=dtype)


def _device(name: str | torch.device | None) -> torch.device:
    try:
        device = torch.device(name or _default_device())
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise UserError(f"device {name}: {first_line(error)}") from None
    return device


def _default_device() -> str:
    """The GPU of this process, as torchrun numbers them, or the first one; the processor where there is none."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    rank = os.environ.get("LOCAL_RANK", "0")
    return f"cuda:{int(rank) % count if rank.isdigit() else 0}" if count else "cpu"


def _load(model: nn.Module, checkpoint: str | Path, name: str) -> None:
    weights = weights_of(read_checkpoint(checkpoint, "cpu"), checkpoint)
    fit = compare_weights(model.state_dict(), weights)
    if not fit.is_complete:
        raise UserError(f"{checkpoint}: does not fit the model of {name}: {fit}")
    if not all(value.isfinite().all() for value in weights.values() if value.is_floating_point()):
        raise UserError(f"{checkpoint}: some of its weights are not finite; its training has diverged")
    model.load_state_dict(weights, strict=False)


def _sample(camera: Camera, name: str) -> dict[str, Any]:
    """What the test data set gives the pipeline, with no people and no picture yet."""
    polynomials = {"dist_poly": camera.dist_poly, "undist_poly": camera.undist_poly}
    return {
        "img_id": 0,
        "img_path": name,
        "annotated_size": camera.image_size,
        "camera": {"camera_matrix": camera.camera_matrix, **polynomials},
    }


def _detections(sample: Any, reading: Mapping[str, Any], in_file_pixels: bool) -> FrameDetections:
    data = {"img_id": 0, "pred_instances": sample.pred_instances, "ori_shape": sample.metainfo.get("ori_shape")}
    sizes = {0: tuple(sample.metainfo["annotated_size"])} if in_file_pixels else None
    found = gather_predictions(data, image_sizes=sizes, **reading)
    if found.boxes_xywh is None:
        raise UserError("the model predicts no boxes")
    boxes = to_xyxy(found.boxes_xywh)
    if found.keypoints is None or not len(found):  # a box detector
        return FrameDetections(boxes, found.scores, points_of_boxes(boxes)).only_finite()
    return FrameDetections(boxes, found.scores, found.keypoints[:, :2, :2]).only_finite()
