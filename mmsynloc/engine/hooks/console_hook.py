"""The lines of a run on the console: its data, progress and scores."""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import BaseLoop, Runner
from mmpose.registry import HOOKS
from torch.utils.data import DataLoader

from mmsynloc.engine.console import tell
from mmsynloc.evaluation.functional import COCO_NAMES, STAT_NAMES
from mmsynloc.evaluation.report import format_stats, official_names

__all__ = ["ConsoleHook"]

_BRIEF = {"AP": "mAP-LocSim", "AP .5": "AP .5", "f1": "F1", "frame_accuracy": "frame accuracy"}


@HOOKS.register_module()
class ConsoleHook(Hook):
    """Report the data, the progress and the scores; MMEngine's own ``LoggerHook`` writes the details to the log file.

    Args:
        every_s: seconds between two lines of progress. Each epoch's last step has a line in any case.
    """

    priority = "VERY_LOW"  # after the losses and times have been gathered, and the checkpoint is written

    def __init__(self, every_s: float = 10.0) -> None:
        self.every_s = every_s
        self._told_at = 0.0

    def before_run(self, runner: Runner) -> None:
        """Report the data sets, which are loaded by now."""
        built = [split for split in ("train", "val", "test") if isinstance(getattr(runner, f"_{split}_loop"), BaseLoop)]
        tell(f"data    {_describe_data({split: getattr(runner, f'{split}_dataloader').dataset for split in built})}")
        self._told_at = time.monotonic()

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Report the step, its loss and the time that is left."""
        steps = len(runner.train_dataloader)
        if batch_idx + 1 < steps and not self._is_due():
            return
        self._told_at = time.monotonic()
        info = runner.message_hub
        epoch = f"epoch {runner.epoch + 1}/{runner.max_epochs}  " if runner.max_epochs > 1 else ""
        step = f"step {runner.iter + 1}/{runner.max_iters}"
        loss = f"loss {info.get_scalar('train/loss').mean(min(batch_idx + 1, 50)):.3f}"
        left = datetime.timedelta(seconds=int(info.runtime_info.get("eta", 0)))
        tell(f"train   {epoch}{step}  {loss}  lr {info.get_scalar('train/lr').current():.2e}  {left} left")

    def after_val_iter(self, runner: Runner, batch_idx: int, *args: Any, **kwargs: Any) -> None:
        """Report the number of processed batches."""
        in_training = isinstance(runner._train_loop, BaseLoop)
        self._tell_images("val", runner.val_dataloader, batch_idx, tell_last=not in_training)

    def after_test_iter(self, runner: Runner, batch_idx: int, *args: Any, **kwargs: Any) -> None:
        """Report the number of processed batches."""
        self._tell_images("test", runner.test_dataloader, batch_idx, tell_last=True)

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Within a training one line, else the table."""
        if not isinstance(runner._train_loop, BaseLoop):
            _tell_table(runner.val_loop, metrics)
        elif metrics:
            tell(f"val     {_brief(metrics)}")

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """The table of the statistics."""
        _tell_table(runner.test_loop, metrics)

    def after_train(self, runner: Runner) -> None:
        """Report the folder of the checkpoints."""
        best = runner.message_hub.runtime_info.get("best_ckpt")
        tell(f"done    checkpoints are in {runner.work_dir}" + (f", the best is {Path(best).name}" if best else ""))

    def _is_due(self) -> bool:
        return time.monotonic() - self._told_at >= self.every_s

    def _tell_images(self, split: str, loader: DataLoader, batch_idx: int, tell_last: bool) -> None:
        if self._is_due() or (tell_last and batch_idx + 1 == len(loader)):
            self._told_at = time.monotonic()
            tell(f"{split:<7} {batch_idx + 1}/{len(loader)} batches")


def _describe_data(datasets: Mapping[str, Any]) -> str:
    roots = {str(getattr(dataset, "data_root", None) or type(dataset).__name__) for dataset in datasets.values()}
    counts = ", ".join(f"{len(dataset)} {split} images" for split, dataset in datasets.items())
    return f"{', '.join(sorted(roots))}: {counts}"


def _brief(metrics: Mapping[str, float]) -> str:
    stats = official_names(metrics)
    named = {label: stats[name] for name, label in _BRIEF.items() if name in stats} or dict(list(stats.items())[:6])
    return "  ".join(f"{label} {value:.4f}" for label, value in named.items())


def _tell_table(loop: BaseLoop, metrics: Mapping[str, float] | None) -> None:
    if not metrics:
        return
    stats = official_names(metrics)
    if not set(STAT_NAMES) <= set(stats):
        tell(_brief(metrics))
        return
    boxes = {name: stats[f"box {name}"] for name in COCO_NAMES if f"box {name}" in stats}
    taus = [metric.tau for metric in loop.evaluator.metrics if hasattr(metric, "tau")]
    tell(format_stats(stats, taus[0], boxes or None))
