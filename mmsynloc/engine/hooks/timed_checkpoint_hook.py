"""Checkpoints every some minutes, for sessions that may end at any time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from mmsynloc.utils import atomic_write

__all__ = ["TimedCheckpointHook"]


@HOOKS.register_module()
class TimedCheckpointHook(Hook):
    """Write a checkpoint every some minutes beside those that ``CheckpointHook`` writes every some epochs.

    There is one such file in the run's folder, ``iter_<step>.pth``; the former one is removed after the new one is
    complete. ``last_checkpoint`` names it, so that ``--resume`` goes on from it, in the middle of the epoch.
    Where gradients add up over several batches it is written after one of the optimiser's steps.

    Args:
        minutes: at least so many between two checkpoints, those of ``CheckpointHook`` included.
    """

    priority = "VERY_LOW"  # after the moving average and the learning rate have taken the step

    def __init__(self, minutes: float = 20.0) -> None:
        if not minutes >= 0:
            raise ValueError(f"minutes is {minutes!r}; a number from 0 on is needed")
        self.minutes = minutes
        self._saved_at = 0.0

    def before_train(self, runner: Runner) -> None:
        """Start counting."""
        self._saved_at = time.monotonic()

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Another hook's checkpoint counts too."""
        self._saved_at = time.monotonic()

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Write the checkpoint if one is due."""
        due = time.monotonic() - self._saved_at >= self.minutes * 60
        if not due or not is_main_process() or not runner.optim_wrapper.should_update():
            return
        former = runner.message_hub.runtime_info.get("last_timed_ckpt")
        name = f"iter_{runner.iter + 1}.pth"
        runner.message_hub.update_info("last_timed_ckpt", name)
        runner.save_checkpoint(runner.work_dir, name, by_epoch=False)
        folder = Path(runner.work_dir)
        with atomic_write(folder / "last_checkpoint") as temporary:
            temporary.write_text(str(folder / name))
        if former is not None and former != name:
            (folder / former).unlink(missing_ok=True)
