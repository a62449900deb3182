"""A progress bar in place of log lines."""

from __future__ import annotations

from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS
from tqdm import tqdm

__all__ = ["ProgressBarHook"]


@HOOKS.register_module()
class ProgressBarHook(Hook):
    """Show how far training, validation and test are, on stderr of the main process.

    Args:
        train_text: beside the bar of the training.
        line: of the terminal, for trainings that run side by side: 0 for the first.
    """

    def __init__(self, train_text: str = "train", line: int = 0) -> None:
        self.train_text, self.line = train_text, line
        self._bar: tqdm | None = None

    def _open(self, text: str, total: int, unit: str, done: int = 0) -> None:
        if is_main_process():
            self._bar = tqdm(total=total, desc=text, unit=unit, initial=done, position=self.line or None)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def before_train(self, runner: Runner) -> None:
        """Open the bar of the whole training."""
        self._open(self.train_text, runner.max_iters, "step", runner.iter)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """One step done; shows its loss."""
        if self._bar is not None:
            self._bar.set_postfix(loss=f"{float((outputs or {}).get('loss', float('nan'))):.2f}", refresh=False)
            self._bar.update()

    def after_train(self, runner: Runner) -> None:
        """Close the bar."""
        self._close()

    def before_val(self, runner: Runner) -> None:
        """Open the bar of a validation; one within a training leaves the training's bar as it is."""
        if self._bar is None:
            self._open("val", len(runner.val_dataloader), "batch")

    def after_val_iter(self, runner: Runner, *args: Any, **kwargs: Any) -> None:
        """One batch done."""
        if self._bar is not None and self._bar.desc == "val":
            self._bar.update()

    def after_val(self, runner: Runner) -> None:
        """Close the bar."""
        if self._bar is not None and self._bar.desc == "val":
            self._close()

    def before_test(self, runner: Runner) -> None:
        """Open the bar of a test."""
        self._open("test", len(runner.test_dataloader), "batch")

    def after_test_iter(self, runner: Runner, *args: Any, **kwargs: Any) -> None:
        """One batch done."""
        if self._bar is not None:
            self._bar.update()

    def after_test(self, runner: Runner) -> None:
        """Close the bar."""
        self._close()
