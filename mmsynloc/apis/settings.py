"""The settings of a run that MMEngine does not check and fails on later, checked before anything is built."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config
from mmpose.registry import OPTIMIZERS

from mmsynloc.utils import UserError

__all__ = [
    "READING",
    "check_settings",
    "crops_per_image",
    "evaluators",
    "fit_workers",
    "loaders",
    "locsim_metric",
    "training_size",
    "unwrapped",
]

READING = ("person_label", "pixel_corners", "scale_from_ori_shape")
"""Settings of ``LocSimMetric`` that say how to read the model's predictions."""


_GROUPS = ("model", "default_hooks", "env_cfg", "train_cfg", "val_cfg", "test_cfg", "optim_wrapper")
_SPLITS = ("train", "val", "test")
# The least value of whole numbers, by dotted key.
_COUNTS = {
    "train_cfg.max_epochs": 1,
    "train_cfg.max_iters": 1,
    "train_cfg.val_interval": 1,
    "optim_wrapper.accumulative_counts": 1,
    "default_hooks.checkpoint.interval": 1,
    "default_hooks.logger.interval": 1,
    "default_hooks.visualization.interval": 1,
    **{f"{split}_dataloader.batch_size": 1 for split in _SPLITS},
    **{f"{split}_dataloader.num_workers": 0 for split in _SPLITS},
    **{f"{split}_dataloader.prefetch_factor": 1 for split in _SPLITS},
}


def check_settings(cfg: Config, name: str, needed: Sequence[str] = ("model",)) -> None:
    """Make sure that the settings are there and usable, and fill in empty groups of hooks.

    Args:
        cfg: the config.
        name: its name, for the message.
        needed: settings that the run requires.

    Raises:
        UserError: a setting is missing, a group of settings is none, a number is out of its range, or the optimiser's
            type is unknown.
    """
    for key in (*_GROUPS, *(f"{split}_dataloader" for split in _SPLITS)):
        if cfg.get(key) is not None and not isinstance(cfg[key], Mapping):
            raise UserError(f"{name}: {key} is {cfg[key]!r}; a dict is needed")
    for key in needed:
        if not cfg.get(key):
            raise UserError(f"{name}: it has no {key}")
    optimizer = (cfg.get("optim_wrapper") or {}).get("optimizer") or {}
    if isinstance(optimizer.get("type"), str) and OPTIMIZERS.get(optimizer["type"]) is None:
        raise UserError(f"{name}: optim_wrapper.optimizer.type is {optimizer['type']!r}, which is no known optimiser")
    cfg.setdefault("default_hooks", {})
    for key, least in _COUNTS.items():
        value = _look_up(cfg, key)
        if key == "default_hooks.checkpoint.interval" and value == -1:  # upstream's word for none
            continue
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < least):
            raise UserError(f"{name}: {key} is {value!r}; a whole number of at least {least} is needed")
    for key, loader in loaders(cfg):
        for size in (dataset.get("input_size") for dataset in unwrapped(loader["dataset"])):
            if size is not None and not _is_size(size):
                raise UserError(
                    f"{name}: {key}.dataset.input_size is {size!r}; two whole numbers are needed: width,height"
                )


def _look_up(cfg: Config, key: str) -> Any:
    node: Any = cfg
    for part in key.split("."):
        node = node.get(part) if isinstance(node, (Config, Mapping)) else None
    return node


def _is_size(size: Any) -> bool:
    return isinstance(size, (list, tuple)) and len(size) == 2 and all(isinstance(n, int) and n > 0 for n in size)


def loaders(cfg: Config) -> Iterator[tuple[str, Any]]:
    """The data loaders that the config has, by their keys, with the settings of a data set each."""
    for key in (f"{split}_dataloader" for split in _SPLITS):
        loader = cfg.get(key)
        if loader is None:
            continue
        if not isinstance(loader.get("dataset"), Mapping):
            raise UserError(f"{cfg.filename or 'the config'}: {key} has no dataset")
        yield key, loader


def unwrapped(dataset: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The data set itself, or those that it wraps (``ConcatDataset``, ``RepeatDataset``)."""
    inner = [dataset["dataset"]] if "dataset" in dataset else list(dataset.get("datasets", []))
    if not inner:
        yield dataset
    for one in inner:
        yield from unwrapped(one)


def annotation_files(cfg: Config) -> list[str]:
    """The annotation files of all data sets and metrics."""
    sets = [one for _, loader in loaders(cfg) for one in unwrapped(loader["dataset"])]
    paths = [os.path.join(str(one.get("data_root") or ""), str(one.get("ann_file") or "")) for one in sets]
    metrics = [metric for split in ("val", "test") for metric in evaluators(cfg, split)]
    return [*paths, *(str(metric.get("ann_file") or "") for metric in metrics)]


def training_size(cfg: Config) -> tuple[int, int]:
    """The ``input_size`` (width, height) in px of the training's data set; of several, the largest."""
    sizes = [dataset.get("input_size", (640, 640)) for dataset in unwrapped(cfg.train_dataloader.dataset)]
    width, height = max(sizes, key=math.prod)
    return width, height


def crops_per_image(cfg: Config) -> int:
    """How many crops the training of a second stage takes of each frame; 1 where a model learns from whole frames."""
    outer = cfg.train_dataloader.dataset
    steps = [step for dataset in (outer, *unwrapped(outer)) for step in dataset.get("pipeline") or []]
    return max((step.get("crops_per_image", 16) for step in steps if step["type"] == "SynLocAthleteCrops"), default=1)


def evaluators(cfg: Config, split: str) -> list[Any]:
    """The settings of the metrics of ``"val"`` or ``"test"``."""
    found = cfg.get(f"{split}_evaluator") or []
    return [one for one in (found if isinstance(found, (list, tuple)) else [found]) if isinstance(one, Mapping)]


def locsim_metric(cfg: Config, split: str) -> Any:
    """The settings of the first LocSim metric of ``"val"`` or ``"test"``; an empty mapping where there is none."""
    return next((one for one in evaluators(cfg, split) if one.get("type") == "LocSimMetric"), {})


def fit_workers(cfg: Config) -> None:
    """Leave out what torch refuses where a loader has no worker processes."""
    for _, loader in loaders(cfg):
        if not loader.get("num_workers"):
            loader.num_workers = 0
            loader.persistent_workers = False
            loader.pop("prefetch_factor", None)
