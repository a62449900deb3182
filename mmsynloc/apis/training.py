"""Variants of a training: without validation, in mixed precision, with more checkpoints."""

from __future__ import annotations

import copy
import time

from mmengine.config import Config

from mmsynloc.apis.run_config import build_runner
from mmsynloc.utils import UserError

__all__ = ["add_timed_checkpoints", "train_only", "use_mixed_precision"]


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
