"""The last epochs of a YOLOX-Pose training: plain images and one more loss."""

from __future__ import annotations

from typing import Any

from mmengine.dataset import Compose
from mmengine.runner import Runner
from mmpose.engine.hooks import YOLOXPoseModeSwitchHook
from mmpose.registry import HOOKS

from mmsynloc.engine.loaders import copy_loader
from mmsynloc.utils import UserError

__all__ = ["SynLocModeSwitchHook"]


@HOOKS.register_module()
class SynLocModeSwitchHook(YOLOXPoseModeSwitchHook):
    """Upstream's hook, which also switches where a training is resumed within the last epochs.

    Upstream's looks for the one epoch in which they begin, reads the data set once more and shuffles it with a new
    seed. Here the pipeline of the data set is replaced, and the order of the data stays that of the run's seed.

    Args:
        num_last_epochs (int): how many epochs to train with the new pipeline, after the one that switches.
        new_train_pipeline: the transforms from then on.
    """

    def __init__(self, num_last_epochs: int = 20, new_train_pipeline: Any = None) -> None:
        super().__init__(num_last_epochs=num_last_epochs, new_train_pipeline=new_train_pipeline)
        self._switched = False

    def before_train_epoch(self, runner: Runner) -> None:
        """Switch at the first of the last epochs that this process trains."""
        if not self._switched and runner.epoch + 1 >= runner.max_epochs - self.num_last_epochs:
            self._switched = True
            model = getattr(runner.model, "module", runner.model)
            model.head.use_aux_loss = True
            if self.new_train_pipeline:
                self._modify_dataloader(runner)

    def _modify_dataloader(self, runner: Runner) -> None:
        loop = runner.train_loop
        dataset = loop.dataloader.dataset
        if not hasattr(dataset, "pipeline"):
            raise UserError(
                f"SynLocModeSwitchHook: a {type(dataset).__name__} has no pipeline of its own to replace; leave "
                "new_train_pipeline out, or train on one data set"
            )
        dataset.pipeline = Compose(self.new_train_pipeline)
        loop.dataloader = copy_loader(loop.dataloader)  # its workers have the former pipeline
        runner.logger.info(f"From now on the training's pipeline is {self.new_train_pipeline}")
