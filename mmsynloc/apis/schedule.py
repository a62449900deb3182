"""Trainings of another number of epochs than their config says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mmengine.config import Config

from mmsynloc.utils import UserError

__all__ = ["set_epochs", "stretch_schedule"]


def stretch_schedule(cfg: Config, epochs: int) -> None:
    """Stretch or shorten a training and its whole schedule, in place (``--epochs``).

    The parts of the schedule keep their shares of the training, and each has at least one epoch; parts that count in
    steps stay as they are. So do the intervals of validations and checkpoints, as far as they fit.

    Args:
        cfg: the config; its training counts in epochs.
        epochs: how many.

    Raises:
        UserError: the config counts in steps, or its schedule has more parts than there are epochs.
    """
    before = (cfg.get("train_cfg") or {}).get("max_epochs")
    if not before:
        raise UserError(f"--epochs: {cfg.filename}: its train_cfg has no max_epochs")
    parts = cfg.get("param_scheduler") or ()
    by_epoch = [part for part in ([parts] if isinstance(parts, dict) else parts) if part.get("by_epoch", True)]
    ends = [part[key] for part in by_epoch for key in ("begin", "end") if key in part]
    place = _places(ends, before, epochs)
    for part in by_epoch:
        part.update({key: place[part[key]] for key in ("begin", "end") if key in part})
        if "T_max" in part:
            part["T_max"] = part.get("end", epochs) - part.get("begin", 0)

    def moved(epoch: int) -> int:
        return place.get(epoch, round(epoch * epochs / before))

    for hook in cfg.get("custom_hooks") or ():
        if "num_last_epochs" in hook:
            hook["num_last_epochs"] = epochs - moved(before - hook["num_last_epochs"])
    loop: Any = cfg.train_cfg
    loop.max_epochs = epochs
    if loop.get("dynamic_intervals"):
        loop.dynamic_intervals = [(moved(begin), interval) for begin, interval in loop.dynamic_intervals]
    _limit_intervals(cfg, epochs)


def _places(ends: Iterable[int], before: int, epochs: int) -> dict[int, int]:
    """Where the ends of the schedule's parts go, at least one epoch from each other; those beyond the training too."""
    inside = sorted({end for end in ends if 0 < end < before} | {before})
    if len(inside) > epochs:
        raise UserError(f"--epochs {epochs}: the schedule has {len(inside)} parts; each needs an epoch")
    place, last = {0: 0}, 0
    for i, end in enumerate(inside):
        rest = len(inside) - 1 - i
        last = place[end] = min(max(round(end * epochs / before), last + 1), epochs - rest)
    return place | {end: epochs + end - before for end in ends if end > before}


def _limit_intervals(cfg: Config, epochs: int) -> None:
    """Validate and write a checkpoint at the end at least."""
    if "val_interval" in cfg.train_cfg:
        cfg.train_cfg.val_interval = min(cfg.train_cfg.val_interval, epochs)
    checkpoint = (cfg.get("default_hooks") or {}).get("checkpoint") or {}
    if checkpoint.get("interval") and checkpoint.get("by_epoch", True):
        checkpoint["interval"] = min(checkpoint["interval"], epochs)


def set_epochs(cfg: Config, epochs: int) -> None:
    """As :func:`stretch_schedule`, with one validation and one checkpoint, at the end.

    Raises:
        UserError: as there.
    """
    stretch_schedule(cfg, epochs)
    cfg.train_cfg.val_interval = cfg.default_hooks.checkpoint.interval = epochs
