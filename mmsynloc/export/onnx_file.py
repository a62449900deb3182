"""Writes models as ONNX files."""

from __future__ import annotations

import inspect
import json
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mmsynloc.apis.config import load_config
from mmsynloc.apis.inferencer.torch_backend import TorchBackend
from mmsynloc.apis.starting_point import local_checkpoint
from mmsynloc.engine.checkpoints import is_address, read_checkpoint
from mmsynloc.engine.hooks.score_threshold_hook import stored_threshold
from mmsynloc.export.detector_graph import DetectorGraph, DetectorInputs, DetectorOutputs
from mmsynloc.export.engines import require
from mmsynloc.utils import UserError, atomic_write
from mmsynloc.version import __version__

__all__ = ["OPSETS", "POLYNOMIAL_SIZE", "export_onnx", "trace_to_onnx"]

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
) -> dict[str, str]:
    """Write a model as an ONNX file that goes from images and cameras to positions on the pitch.

    Args:
        config: a config's file or ``mmsynloc::`` name.
        checkpoint: the weights, as for ``mmsynloc test``.
        out: the file to write.
        image_size: ``(width, height)`` of the network's input in px; by default that of the config's test data set.
        opset: version of ONNX's operators, see :data:`OPSETS`.
        max_detections: largest number of detections of an image.
        cfg_options: settings that override the config.

    Returns:
        What the file says of itself in its metadata: ``input_size``, ``score_threshold`` (where a validation has chosen
        one), ``keypoints``, ``config``, ``checkpoint`` and ``mmsynloc_version``.

    Raises:
        UserError: ``onnx`` is not installed, the config or the checkpoint cannot be used, the model is of a kind that
            cannot be exported, the size does not fit it, or the file cannot be written.
    """
    require("onnx")
    if not OPSETS[0] <= opset <= OPSETS[1]:
        raise UserError(f"--opset {opset}: not one of {OPSETS[0]} to {OPSETS[1]}")
    cfg = load_config(config, cfg_options)
    checkpoint = local_checkpoint(checkpoint)
    torch_backend = TorchBackend(cfg, checkpoint, "cpu")
    size = image_size or torch_backend.input_size
    if len(size) != 2:
        raise UserError(f"{config}: its test data set has no input_size: give --image-size")
    metadata = _metadata(config, checkpoint, (int(size[0]), int(size[1])))
    graph = DetectorGraph(torch_backend.model, (int(size[0]), int(size[1])), max_detections).eval()
    with atomic_write(out) as temporary:
        trace_to_onnx(graph, _example(*graph.view.size), DetectorOutputs._fields, temporary, opset)
        _finish(temporary, metadata)
    return metadata


def _metadata(config: str, checkpoint: str, input_size: tuple[int, int]) -> dict[str, str]:
    threshold = stored_threshold(checkpoint, None if is_address(checkpoint) else read_checkpoint(checkpoint))
    found = {
        "input_size": json.dumps(input_size),
        "keypoints": json.dumps(["pelvis", "pelvis_ground"]),
        "config": Path(config).name,
        "checkpoint": Path(checkpoint).name,
        "mmsynloc_version": __version__,
    }
    return found if threshold is None else {**found, "score_threshold": repr(float(threshold))}


def _example(width: int, height: int) -> DetectorInputs:
    """Inputs of two images, with a camera that looks at the pitch; the graph does not depend on what they show."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (2, height, width, 3), dtype=torch.uint8, generator=generator)
    matrix = torch.tensor([[0.0, 1, 0, 0], [0.3, 0, -1, 12], [1, 0, 0.3, 45]])
    poly = torch.tensor([0.0] * (POLYNOMIAL_SIZE - 2) + [1, 0])
    sizes = torch.tensor([1.0, 1, 0, 0]), torch.tensor([float(width), float(height)])
    return DetectorInputs(images, *(torch.stack([one, one]) for one in (*sizes, matrix, poly)))


def trace_to_onnx(graph: nn.Module, example: DetectorInputs, outputs: tuple[str, ...], path: Path, opset: int) -> None:
    """Write a graph for batches and numbers of detections of any size.

    Args:
        graph: what is traced.
        example: its inputs.
        outputs: names of what it returns.
        path: the file.
        opset: version of ONNX's operators.
    """
    names = example._fields
    dynamic = {name: {0: "batch"} for name in names} | {name: {0: "batch", 1: "detections"} for name in outputs}
    options: dict[str, Any] = dict(input_names=list(names), output_names=list(outputs), dynamic_axes=dynamic)
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        options["dynamo"] = False  # torch's newer exporter has no loop that ends by itself
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its age, and of sizes that become constants, as they should
        torch.onnx.export(graph, tuple(example), str(path), opset_version=opset, **options)


def _finish(path: Path, metadata: dict[str, str]) -> None:
    import onnx

    held = onnx.load(path)
    onnx.helper.set_model_props(held, metadata)
    onnx.checker.check_model(held, full_check=True)
    onnx.save(held, path)
