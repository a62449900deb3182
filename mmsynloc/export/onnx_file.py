"""Writes models as ONNX files."""

from __future__ import annotations

import inspect
import json
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from mmsynloc.apis.config import load_config
from mmsynloc.apis.inferencer.engines import require
from mmsynloc.apis.inferencer.torch_backend import TorchBackend
from mmsynloc.apis.starting_point import local_checkpoint
from mmsynloc.engine.checkpoints import read_checkpoint
from mmsynloc.engine.hooks.score_threshold_hook import stored_threshold
from mmsynloc.export.crop_graph import CropGraph, CropInputs
from mmsynloc.export.detector_graph import DetectorGraph, DetectorInputs, DetectorOutputs
from mmsynloc.models import SynLocTopdownEstimator
from mmsynloc.models.structures.crop_points import CropPoints
from mmsynloc.structures.crops import GEOMETRY_CHANNELS
from mmsynloc.utils import UserError, atomic_write, file_sha256, first_line
from mmsynloc.version import __version__

__all__ = ["OPSETS", "POLYNOMIAL_SIZE", "Export", "export_onnx", "trace_to_onnx"]

OPSETS = (14, 20)
"""Smallest and largest version of ONNX's operators: what the graph needs, and what torch's exporter knows."""

POLYNOMIAL_SIZE = 9
"""Coefficients of the data set's lens polynomials."""


def export_onnx(
    config: str,
    checkpoint: str,
    out: str | Path,
    image_size: tuple[int, int] | None = None,
    opset: int = 17,
    max_detections: int = 100,
    cfg_options: dict[str, Any] | None = None,
) -> dict[Path, dict[str, str]]:
    """Write a model as ONNX files: one that goes from images and cameras to positions, or one for each of two stages.

    Args:
        config: a config's file or ``mmsynloc::`` name.
        checkpoint: the weights, as for ``mmsynloc test``.
        out: the file to write. A second stage goes beside its detector: ``model.onnx``, ``model-crops.onnx``.
        image_size: ``(width, height)`` of the detector's input in px; by default that of the config's test data set.
        opset: version of ONNX's operators, see :data:`OPSETS`.
        max_detections: largest number of detections of an image.
        cfg_options: settings that override the config.

    Returns:
        The files, and what each says of itself in its metadata: ``stage`` (``"detector"`` or ``"crops"``),
        ``input_size``, ``keypoints``, ``config``, ``checkpoint`` and ``mmsynloc_version``; the ``score_threshold``
        of the last stage, where a validation has chosen one; a first stage's ``second_stage`` and
        ``second_stage_sha256``, the name and the digest of the file beside it; a second stage's ``placer``, the
        settings of a :class:`~mmsynloc.placement.crop_placer.CropPlacer` as JSON; ``left_out``, what the model
        does at test time and the files do not.

    Raises:
        UserError: ``onnx`` is not installed, the config or the checkpoint cannot be used, the model is of a kind that
            cannot be exported, the size does not fit it, or a file cannot be written.
    """
    require("onnx")
    if not OPSETS[0] <= opset <= OPSETS[1]:
        raise UserError(f"--opset {opset}: not one of {OPSETS[0]} to {OPSETS[1]}")
    checkpoint, out = local_checkpoint(checkpoint), Path(out)
    torch_backend = TorchBackend(load_config(config, cfg_options), checkpoint, "cpu")
    size = image_size or torch_backend.input_size
    shared = {"config": Path(config).name, "checkpoint": Path(checkpoint).name}
    model: Any = torch_backend.model
    left_out = _left_out(model)
    if left_out:
        shared |= {"left_out": ", ".join(left_out)}
    if not isinstance(model, SynLocTopdownEstimator):
        exports = [_detector(model, size, max_detections, out, shared | _threshold(checkpoint))]
    else:
        beside = out if model.detector is None else out.with_name(f"{out.stem}-crops{out.suffix}")
        exports = [_second_stage(model, beside, shared | _threshold(checkpoint))]
        if model.detector is not None:
            shared |= {"second_stage": beside.name}
            exports.append(_detector(model.detector, size, max_detections, out, shared))
    try:
        return _write(exports, opset)
    except (MemoryError, RuntimeError, ValueError) as error:
        raise UserError(f"{config}: cannot be exported with these settings: {first_line(error)}") from error


def _left_out(model: Any) -> list[str]:
    """What ``test_cfg`` asks for and a graph of one view of a frame cannot hold; mirror images of crops it can."""
    frames_stage = model.detector if isinstance(model, SynLocTopdownEstimator) else model
    test_cfg = dict(getattr(frames_stage, "test_cfg", None) or {})
    return [name for name in ("tiles", "flip_test", "view_scales") if test_cfg.get(name)]


def _write(exports: Sequence[Export], opset: int) -> dict[Path, dict[str, str]]:
    """Write a second stage and then its detector, or one alone; none of them appears unless all are complete."""
    written: dict[Path, dict[str, str]] = {}
    digest: dict[str, str] = {}
    with ExitStack() as stack:
        for export in exports:
            temporary = stack.enter_context(atomic_write(export.path))
            about = export.metadata | digest
            trace_to_onnx(export, temporary, opset)
            _finish(temporary, about)
            digest = {"second_stage_sha256": file_sha256(temporary)}
            written = {export.path: about} | written  # the detector first
    return written


class Export(NamedTuple):
    """One file to write.

    Args:
        path: the file.
        graph: what is traced.
        example: its inputs by name, as a named tuple.
        outputs: names of what it returns.
        free: names of the outputs' first dimensions, whose sizes are free.
        metadata: what the file says of itself.
    """

    path: Path
    graph: nn.Module
    example: Any
    outputs: tuple[str, ...]
    free: tuple[str, ...]
    metadata: dict[str, str]


def _detector(model: Any, size: Sequence[int], most: int, path: Path, shared: dict[str, str]) -> Export:
    if len(size) != 2:
        raise UserError("the config's test data set has no input_size: give --image-size")
    width, height = (int(side) for side in size)
    graph = DetectorGraph(model, (width, height), most).eval()
    about = _about("detector", (width, height)) | shared
    return Export(path, graph, _example(width, height), DetectorOutputs._fields, ("batch", "detections"), about)


def _second_stage(model: Any, path: Path, shared: dict[str, str]) -> Export:
    width, height = model.placer.size
    crops = torch.zeros(2, height, width, 3, dtype=torch.uint8)
    example = CropInputs(crops, torch.zeros(2, GEOMETRY_CHANNELS))
    about = _about("crops", (width, height)) | shared | {"placer": model.placer.to_json()}
    return Export(path, CropGraph(model).eval(), example, CropPoints._fields, ("crops",), about)


def _about(stage: str, input_size: tuple[int, int]) -> dict[str, str]:
    keypoints = json.dumps(["pelvis", "pelvis_ground"])
    return {
        "stage": stage,
        "input_size": json.dumps(input_size),
        "keypoints": keypoints,
        "mmsynloc_version": __version__,
    }


def _threshold(checkpoint: str) -> dict[str, str]:
    threshold = stored_threshold(checkpoint, read_checkpoint(checkpoint))
    return {} if threshold is None else {"score_threshold": repr(float(threshold))}


def _example(width: int, height: int) -> DetectorInputs:
    """Inputs of two images, with a camera that looks at the pitch; the graph does not depend on what they show."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (2, height, width, 3), dtype=torch.uint8, generator=generator)
    matrix = torch.tensor([[0.0, -1, 0, 0], [0.3, 0, -1, 12], [1, 0, 0.3, 45]])
    poly = torch.tensor([0.0] * (POLYNOMIAL_SIZE - 2) + [1, 0])
    sizes = torch.tensor([1.0, 1, 0, 0]), torch.tensor([float(width), float(height)])
    return DetectorInputs(images, *(torch.stack([one, one]) for one in (*sizes, matrix, poly)))


def trace_to_onnx(export: Export, path: Path, opset: int) -> None:
    """Write a graph for batches of any size, without its metadata.

    Args:
        export: what to write.
        path: the file, in place of its own.
        opset: version of ONNX's operators.
    """
    names = export.example._fields
    free = {name: dict(enumerate(export.free[:1])) for name in names}
    free |= {name: dict(enumerate(export.free)) for name in export.outputs}
    options: dict[str, Any] = dict(input_names=list(names), output_names=list(export.outputs), dynamic_axes=free)
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        options["dynamo"] = False  # torch's newer exporter has no loop that ends by itself
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its age, and of sizes that become constants, as they should
        torch.onnx.export(export.graph, tuple(export.example), str(path), opset_version=opset, **options)


def _finish(path: Path, metadata: dict[str, str]) -> None:
    import onnx

    held = onnx.load(path)
    onnx.helper.set_model_props(held, metadata)
    onnx.checker.check_model(held, full_check=True)
    onnx.save(held, path)
