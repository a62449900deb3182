"""How fast a training is and how long it will take, among its curves."""

from __future__ import annotations

from typing import Any

from mmengine.dist import get_world_size
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS

__all__ = ["ThroughputHook"]

_WINDOW = 50  # steps to average over


@HOOKS.register_module()
class ThroughputHook(Hook):
    """Add ``images_per_s``, over all processes, and ``hours_left`` to what ``LoggerHook`` logs of a training step."""

    priority = 55  # between IterTimerHook, which measures, and LoggerHook

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Note both."""
        if not isinstance(data_batch, dict) or "train/time" not in runner.message_hub.log_scalars:
            return
        seconds = runner.message_hub.get_scalar("train/time").mean(_WINDOW)
        images = len(data_batch["inputs"]) * get_world_size()
        runner.message_hub.update_scalar("train/images_per_s", images / max(seconds, 1e-9))
        runner.message_hub.update_scalar("train/hours_left", runner.message_hub.get_info("eta", 0.0) / 3600)
