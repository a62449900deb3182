"""Loading a checkpoint into a run: the weights that fit, and no paths of another folder."""

from __future__ import annotations

import logging
from collections import OrderedDict
from pathlib import Path
from typing import Any

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import EpochBasedTrainLoop, Runner
from mmpose.registry import HOOKS

from mmsynloc.engine.checkpoints import compare_weights, weights_of
from mmsynloc.engine.console import tell

__all__ = ["LoadWeightsHook"]


@HOOKS.register_module()
class LoadWeightsHook(Hook):
    """Complete a checkpoint's weights by the model's own before they are loaded.

    Upstream lists every weight that does not fit, and ``EMAHook`` stops where one is missing; here one line counts
    them, and they keep their initial values. On resuming, paths that the checkpoint stores are taken to be in the
    run's own folder: ``CheckpointHook`` removes the former best checkpoint by that path, and a copied folder must
    not delete the original's. Where an epoch has another number of steps than it had, it starts again.
    """

    priority = "HIGH"  # before EMAHook

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Note the length of an epoch."""
        checkpoint["meta"]["steps_per_epoch"] = len(runner.train_dataloader)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Change the checkpoint in memory."""
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        own = model.state_dict()
        weights = weights_of(checkpoint, runner._load_from or "the checkpoint")
        fit = compare_weights(own, weights)
        if not fit.is_complete or fit.extra:
            tell(f"weights {runner._load_from}: {fit}" + ("" if fit.is_complete else "; the others start as they are"))
        complete = OrderedDict({**own, **{name: weights[name] for name in fit.fits}})
        complete._metadata = getattr(checkpoint.get("state_dict"), "_metadata", OrderedDict())  # type: ignore[attr-defined]
        checkpoint["state_dict"] = complete
        if runner._resume:
            _keep_to_folder(checkpoint["message_hub"]["runtime_info"], Path(runner.work_dir))
            if isinstance(runner.train_loop, EpochBasedTrainLoop):
                _keep_to_epoch(checkpoint["meta"], len(runner.train_dataloader), runner.logger)


def _keep_to_folder(runtime_info: dict[str, Any], work_dir: Path) -> None:
    for name, value in runtime_info.items():
        if name.startswith(("best_ckpt", "last_ckpt")) and isinstance(value, str):
            runtime_info[name] = str(work_dir / Path(value).name)


def _keep_to_epoch(meta: dict[str, Any], steps: int, logger: logging.Logger) -> None:
    """Where an epoch has another number of steps than it had, the checkpoint's step is no position in it."""
    epoch, step = meta["epoch"], meta["iter"]
    former = meta.get("steps_per_epoch") or (step // epoch if epoch else steps)
    if former != steps or not 0 <= step - epoch * steps <= steps:
        meta["iter"] = epoch * steps
        logger.warning(
            f"an epoch had {former} steps and has {steps} now (another batch size, data set or number of processes): "
            f"going on from the start of epoch {epoch + 1}; the learning rate goes on from the checkpoint's step {step}"
        )
