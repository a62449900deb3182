"""Loading a config, with clear errors."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner

from mmsynloc.apis.config_options import check_options, close_name
from mmsynloc.config_reader import read_config
from mmsynloc.utils import UserError, first_line

__all__ = ["load_config", "synloc_root"]

# What Runner takes, and what it or the tools look up in the config beside that.
_RUN_SETTINGS = (
    *list(inspect.signature(Runner.__init__).parameters)[1:-1],
    "activation_checkpointing",
    "compile",
    "custom_imports",
    "efficient_conv_bn_eval",
    "find_unused_parameters",
    "model_wrapper_cfg",
    "sync_bn",
)


@contextmanager
def synloc_root(root: str | Path) -> Iterator[None]:
    """Inside the context configs find the data set in ``root``, as if ``SYNLOC_ROOT`` named it."""
    before = os.environ.get("SYNLOC_ROOT")
    os.environ["SYNLOC_ROOT"] = str(Path(root).resolve())
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("SYNLOC_ROOT", None)
        else:
            os.environ["SYNLOC_ROOT"] = before


def load_config(name: str, cfg_options: dict[str, Any] | None = None, work_dir: str | None = None) -> Config:
    """Load a config file, or one of the package's own by its ``mmsynloc::`` name.

    Args:
        name: path or name.
        cfg_options: settings to merge, as from ``--cfg-options``.
        work_dir: folder of logs and checkpoints; by default the config's own or ``work_dirs/<config's name>``.

    Raises:
        UserError: the config is missing, it is not valid Python or MMEngine configuration, a setting's name is a
            likely misspelling, or an option does not fit it.
    """
    cfg = read_config(name)
    _check_names(cfg, name)
    _merge(cfg, cfg_options or {}, name)
    cfg.work_dir = work_dir or cfg.get("work_dir") or str(Path("work_dirs") / Path(cfg.filename).stem)
    return cfg


def _check_names(cfg: Config, name: str) -> None:
    for key in cfg.keys():  # noqa: SIM118  iterating over a Config gives its values' keys only by accident
        if key.startswith("_") or key in _RUN_SETTINGS:
            continue
        close = close_name(key, _RUN_SETTINGS)
        if close is not None:
            raise UserError(f"{name}: {key} is no setting of a run; do you mean {close}?")


def _take_in_detector(cfg: Config) -> None:
    """Put a first stage that is named by its config into the config itself, so that its settings can be changed."""
    from mmsynloc.models.estimators.first_stage import detector_config

    if cfg.get("model") and isinstance(cfg.model.get("detector"), str):
        cfg.model.detector = detector_config(cfg.model.detector)


def _merge(cfg: Config, options: dict[str, Any], name: str) -> None:
    if any(key.startswith("model.detector.") for key in options):
        _take_in_detector(cfg)
    check_options(cfg, options, _RUN_SETTINGS)
    try:
        cfg.merge_from_dict(options)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{name}: --cfg-options do not fit it: {first_line(error)}") from None
