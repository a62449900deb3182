"""Variants of a training: without validation, and with another number of epochs."""

from __future__ import annotations

import copy
import time

from mmengine.config import Config

from mmsynloc.apis.run_config import build_runner
from mmsynloc.utils import UserError

__all__ = ["add_timed_checkpoints", "set_epochs", "train_only", "use_mixed_precision"]


def train_only(cfg: Config) -> float:
    """Train without validation.

    Args:
        cfg: the config; it is not changed.

    Returns:
        Seconds of processor time, loading in this process included.
    """
    cfg = copy.deepcopy(cfg)
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    start = time.process_time()
    build_runner(cfg, training=True).train()
    return time.process_time() - start


def use_mixed_precision(cfg: Config) -> None:
    """Switch on automatic mixed precision, in place (``--amp``).

    Raises:
        UserError: the config has no optimiser.
    """
    if not cfg.get("optim_wrapper"):
        raise UserError(f"--amp: {cfg.filename} has no optim_wrapper")
    cfg.optim_wrapper.update(type="AmpOptimWrapper")
    cfg.optim_wrapper.setdefault("loss_scale", "dynamic")


def add_timed_checkpoints(cfg: Config, minutes: float) -> None:
    """Write a checkpoint every so many minutes too, in place (``--checkpoint-minutes``)."""
    hooks = [hook for hook in cfg.get("custom_hooks") or [] if hook.get("type") != "TimedCheckpointHook"]
    cfg.custom_hooks = [*hooks, dict(type="TimedCheckpointHook", minutes=minutes)]


def set_epochs(cfg: Config, epochs: int) -> None:
    """Give a config another number of epochs and stretch its schedule to it, in place.

    Args:
        cfg: the config; its schedule counts in epochs.
        epochs: how many, at least 2: the first is the warm-up's.

    Raises:
        ValueError: there are fewer.
    """
    if epochs < 2:
        raise ValueError(f"a training needs 2 epochs or more, the first of them to warm up; not {epochs}")
    factor = epochs / cfg.train_cfg.max_epochs
    cfg.train_cfg.max_epochs = cfg.train_cfg.val_interval = cfg.default_hooks.checkpoint.interval = epochs
    warm_up, *rest = cfg.param_scheduler
    warm_up.end = max(round(warm_up.end * factor), 1)
    begin = warm_up.end
    for part in rest:
        part.begin, part.end = begin, max(round(part.end * factor), begin + 1)
        begin = part.end
        if "T_max" in part:
            part.T_max = part.end - part.begin
    for hook in cfg.custom_hooks:
        if "num_last_epochs" in hook:
            hook["num_last_epochs"] = round(hook["num_last_epochs"] * factor)
