"""Seconds an image of a model in torch and, exported, in other engines, and what each scores."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from mmsynloc.analysis.benchmark import compare, one_core
from mmsynloc.apis.config import load_config
from mmsynloc.apis.inferencer import ExportedBackend
from mmsynloc.apis.inferencer.backend import Backend, FrameDetections
from mmsynloc.apis.inferencer.torch_backend import TorchBackend
from mmsynloc.apis.starting_point import local_checkpoint
from mmsynloc.engine.console import tell
from mmsynloc.evaluation.scoring import score_results
from mmsynloc.export import export_onnx
from mmsynloc.files import Annotations, read_annotations
from mmsynloc.minisynloc import generate
from mmsynloc.structures.boxes import to_xywh
from mmsynloc.utils import UserError

__all__ = ["VARIANTS", "benchmark_inference"]

VARIANTS = (
    "eager",
    "channels_last",
    "channels_last, bfloat16",
    "compile",
    "onnxruntime",
    "OpenVINO",
    "OpenVINO, bfloat16",
)
"""What is compared; all in float32 where nothing else is said."""

_WARM_UP = 2


def benchmark_inference(
    root: Path | None, config: str, checkpoint: str, images: int, variants: Sequence[str] = VARIANTS
) -> dict[str, dict]:
    """Time predictions on one core, one image at a time, and score them.

    All variants see each image one after the other, so that other load on the machine strikes all alike, and the
    smallest processor time is taken, for others' work on the same core only adds to it. It goes from the network's
    input as bytes to detections without duplicates; reading and resizing images are left out.

    Args:
        root: the data set, of which the first images of the test split are taken; None makes one.
        config: of the model.
        checkpoint: its weights.
        images: largest number of images.
        variants: some of :data:`VARIANTS`; the first is what the others are compared with. One that this machine
            cannot run is left out, and a line says why.

    Returns:
        For each variant its seconds an image and its mAP-LocSim, both beside the first variant's as ``upstream``.

    Raises:
        UserError: a file is missing or wrong.
    """
    with tempfile.TemporaryDirectory() as folder, one_core():
        if root is None:
            root = Path(folder) / "minisynloc"
            generate(root, 1, 1, images, 0, num_venues=(1, 1, min(images, 4), 1))
        annotations = read_annotations(Path(root) / "annotations" / "test.json")
        backends = _build(variants, config, checkpoint, Path(folder))
        images = min(images, len(annotations))
        seconds, results = _run(backends, annotations, Path(root) / "test", images)
    seen = annotations.image_ids[:images].tolist()
    stats = {name: score_results(annotations, found, img_ids=seen).stats for name, found in results.items()}
    scores = {name: 100 * float(each["AP"]) for name, each in stats.items()}
    first = next(iter(seconds))
    report = {name: compare(value, seconds[first], "s", larger_is_better=False) for name, value in seconds.items()}
    return report | {f"{name}: mAP-LocSim": compare(s, scores[first], "points") for name, s in scores.items()}


def _build(variants: Sequence[str], config: str, checkpoint: str, folder: Path) -> dict[str, Backend]:
    """The variants that this machine can run."""
    checkpoint, exported = local_checkpoint(checkpoint), folder / "model.onnx"

    def in_torch(amp: bool = False, **changes: Any) -> Backend:
        cfg = load_config(config)
        cfg.model.update(changes)
        backend = TorchBackend(cfg, checkpoint, "cpu", amp)
        if amp and not backend.amp:
            raise UserError("this processor has no bfloat16")
        return backend

    def in_engine(engine: str, half: bool = False) -> Backend:
        if not exported.is_file():
            export_onnx(config, checkpoint, exported)
        return ExportedBackend(exported, engine, 1, half)

    makers: dict[str, Callable[[], Backend]] = {
        "eager": lambda: in_torch(channels_last=False),
        "channels_last": in_torch,
        "channels_last, bfloat16": lambda: in_torch(amp=True),
        "compile": lambda: in_torch(compile={}),
        "onnxruntime": lambda: in_engine("onnxruntime"),
        "OpenVINO": lambda: in_engine("openvino"),
        "OpenVINO, bfloat16": lambda: in_engine("openvino", half=True),
    }
    backends = {}
    for name in variants:
        try:
            backends[name] = makers[name]()
        except UserError as error:
            tell(f"{name} is left out: {error}")
    if not backends:
        raise UserError(f"none of {', '.join(variants)} runs here")
    return backends


def _run(
    backends: dict[str, Backend], annotations: Annotations, folder: Path, images: int
) -> tuple[dict[str, float], dict[str, list[dict]]]:
    """Smallest processor seconds an image of each, and their predictions as a results file has them."""
    seconds: dict[str, list[float]] = {name: [] for name in backends}
    results: dict[str, list[dict]] = {name: [] for name in backends}
    rows = [0] * _WARM_UP + list(range(images))
    for number, row in enumerate(tqdm(rows, desc="images", leave=False)):
        path = folder / annotations.file_names[row]
        for name, backend in backends.items():
            item = backend.prepare(path, annotations.camera(row), str(path))
            start = time.process_time()
            (found,) = backend.predict([item])
            elapsed = time.process_time() - start
            if number >= _WARM_UP:
                seconds[name].append(elapsed)
                results[name] += _entries(int(annotations.image_ids[row]), found)
    return {name: min(each) for name, each in seconds.items()}, results


def _entries(image_id: int, found: FrameDetections) -> list[dict]:
    keypoints = np.concatenate([found.keypoints_px, np.ones_like(found.keypoints_px[..., :1])], -1)
    columns = zip(to_xywh(found.boxes_xyxy).tolist(), found.scores.tolist(), keypoints.tolist())
    shared = {"image_id": image_id, "category_id": 1}
    return [{**shared, "bbox": box, "score": score, "keypoints": points} for box, score, points in columns]
