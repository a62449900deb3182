"""Engines that run exported models: onnxruntime and OpenVINO, behind one call."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mmsynloc.utils import UserError, first_line

__all__ = ["ENGINES", "Engine", "not_ours", "open_engine", "require"]

Arrays = Mapping[str, np.ndarray]


class Engine(NamedTuple):
    """An exported model, ready to run.

    Args:
        run: takes the graph's inputs by name and gives its outputs by name.
        input_shapes: of each input, None for a size that is free.
        outputs: names of what it gives.
        metadata: what the file says of itself, see :func:`~mmsynloc.export.export_onnx`.
    """

    run: Callable[[Arrays], dict[str, np.ndarray]]
    input_shapes: dict[str, tuple[int | None, ...]]
    outputs: tuple[str, ...]
    metadata: dict[str, str]

    @property
    def score_threshold(self) -> float | None:
        """The one that validation chose for the exported model, where there is one."""
        return None if "score_threshold" not in self.metadata else float(self.metadata["score_threshold"])


def not_ours(path: str | Path, kind: str, engine: Engine) -> UserError:
    """The error for a file whose inputs or outputs are not those of a kind of exported model."""
    return UserError(
        f"{path}: not a {kind} that mmsynloc export has written: its inputs are {list(engine.input_shapes)}, "
        f"its outputs {list(engine.outputs)}"
    )


def open_engine(name: str, path: str | Path, threads: int | None = None, half: bool = False) -> Engine:
    """Load an exported model.

    Args:
        name: ``"onnxruntime"`` or ``"openvino"``.
        path: the ONNX file.
        threads: of the processor; None leaves their number to the engine.
        half: compute in bfloat16, with OpenVINO alone and on processors that have it.

    Raises:
        UserError: there is no such engine or file, the engine's package is not installed, the file is not
            usable or says that its threshold is no number, or the engine has no half precision.
    """
    if name not in ENGINES:
        raise UserError(f"{name}: no such engine; there are {', '.join(ENGINES)}")
    require(name)
    if not Path(path).is_file():
        raise UserError(f"{path}: no such file")
    if half and name != "openvino":
        raise UserError(f"{name} computes in float32 alone; half precision needs openvino")
    engine = ENGINES[name](str(path), threads, half)
    try:
        usable = math.isfinite(engine.score_threshold or 0)
    except ValueError:
        usable = False
    if not usable:
        threshold = engine.metadata["score_threshold"]
        raise UserError(f"{path}: its score_threshold is {threshold[:40]!r}, not a finite number")
    return engine


def require(package: str) -> None:
    """Make sure that an optional package is there.

    Raises:
        UserError: it is not.
    """
    if importlib.util.find_spec(package) is None:
        extra = "openvino" if package == "openvino" else "onnx"
        raise UserError(f"{package} is not installed: pip install mmsynloc[{extra}]")


def _onnxruntime(path: str, threads: int | None, half: bool) -> Engine:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.log_severity_level = 3  # errors; its warnings are about optimisations
    try:
        session = onnxruntime.InferenceSession(path, options, providers=_providers(onnxruntime))
    except Exception as error:  # of classes that the package does not name
        raise UserError(f"{path}: onnxruntime cannot load it: {first_line(error)}") from None
    names = [output.name for output in session.get_outputs()]
    shapes = {one.name: tuple(s if isinstance(s, int) else None for s in one.shape) for one in session.get_inputs()}
    metadata = dict(session.get_modelmeta().custom_metadata_map)
    return Engine(lambda inputs: dict(zip(names, session.run(names, dict(inputs)))), shapes, tuple(names), metadata)


def _providers(onnxruntime: Any) -> list[str]:
    """CUDA where the installed build has it, and the processor for what is left."""
    return [p for p in ("CUDAExecutionProvider", "CPUExecutionProvider") if p in onnxruntime.get_available_providers()]


def _openvino(path: str, threads: int | None, half: bool) -> Engine:
    import openvino

    options: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "bf16" if half else "f32", "PERFORMANCE_HINT": "LATENCY"}
    if threads:
        options["INFERENCE_NUM_THREADS"] = threads
    try:
        core = openvino.Core()
        model = core.read_model(path)
        compiled = core.compile_model(model, "CPU", options)
    except Exception as error:
        raise UserError(f"{path}: OpenVINO cannot load it: {_cause(error)}") from None
    names = [sorted(output.names) for output in compiled.outputs]  # the graph's name, and others of the same tensor
    shapes = {
        one.any_name: tuple(None if side.is_dynamic else side.get_length() for side in one.partial_shape)
        for one in compiled.inputs
    }

    def run(inputs: Arrays) -> dict[str, np.ndarray]:
        found = compiled(dict(inputs))
        return {name: found[i] for i, each in enumerate(names) for name in each}

    outputs = tuple(name for each in names for name in each)
    return Engine(run, shapes, outputs, _framework_metadata(model))


def _cause(error: Exception) -> str:
    """The line of OpenVINO's message that is not a place in its sources."""
    lines = [line for line in str(error).splitlines() if line.strip() and not line.startswith("Exception from")]
    return lines[0].strip() if lines else first_line(error)


def _framework_metadata(model: Any) -> dict[str, str]:
    """The ONNX file's metadata, as OpenVINO keeps it."""
    held = model.get_rt_info()["framework"] if model.has_rt_info(["framework"]) else {}
    return {key: value.value for key, value in held.items()}


ENGINES: dict[str, Callable[[str, int | None, bool], Engine]] = {"onnxruntime": _onnxruntime, "openvino": _openvino}
"""The engines by the name of their package."""
