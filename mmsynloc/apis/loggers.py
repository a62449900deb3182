"""Where a training's curves and pictures go: files of TensorBoard, and the tools that ``--log`` names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmsynloc.utils import UserError

__all__ = ["add_loggers"]

_TYPES = {
    "tensorboard": "TensorboardVisBackend",
    "wandb": "WandbVisBackend",
    "mlflow": "SynLocMLflowVisBackend",
    "clearml": "ClearMLVisBackend",
}


def add_loggers(cfg: Config, names: Sequence[str]) -> None:
    """Log to these tools too, in place; to TensorBoard's files wherever its package is installed (``--log``).

    A back end that the config has already, with options of its own, stays as it is.

    Args:
        cfg: the config.
        names: of ``wandb``, ``mlflow``, ``clearml`` and ``tensorboard``.

    Raises:
        UserError: a tool's package is not installed.
    """
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise UserError(f"--log {missing[0]}: its package is not installed: pip install {missing[0]}")
    present = ["tensorboard"] if find_spec("tensorboard") else []
    visualizer = cfg.setdefault("visualizer", dict(type="PoseLocalVisualizer"))
    backends = list(visualizer.get("vis_backends") or [dict(type="LocalVisBackend")])
    for name in dict.fromkeys([*present, *names]):
        if all(backend["type"] != _TYPES[name] for backend in backends):
            backends.append(_settings(name, Path(cfg.work_dir).resolve()))
    visualizer.vis_backends = backends


def _settings(name: str, work_dir: Path) -> dict[str, Any]:
    """A back end with the work dir's name for the run, in the project ``mmsynloc``."""
    run = work_dir.name
    # MLflow no longer writes the plain files that MMEngine takes by default.
    store = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{work_dir / 'mlflow.db'}"
    named: dict[str, dict[str, Any]] = {
        "wandb": dict(init_kwargs=dict(project="mmsynloc", name=run)),
        "mlflow": dict(exp_name="mmsynloc", run_name=run, tracking_uri=store),
        "clearml": dict(init_kwargs=dict(project_name="mmsynloc", task_name=run)),
    }
    return dict(type=_TYPES[name], **named.get(name, {}))
