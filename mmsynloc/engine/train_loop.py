"""The training loop: it goes on in the middle of an epoch where a checkpoint was written there."""

from __future__ import annotations

from mmengine.runner import EpochBasedTrainLoop
from mmpose.registry import LOOPS

from mmsynloc.engine.loaders import skip_batches

__all__ = ["ResumableTrainLoop"]


@LOOPS.register_module()
class ResumableTrainLoop(EpochBasedTrainLoop):
    """Upstream's loop over epochs, of whose first one after resuming only the rest is trained.

    Gradients that add up over several batches (``accumulative_counts``) take their last step at the end of each
    epoch, with the batches that there are, so that an epoch's checkpoint is complete.
    """

    def run_epoch(self) -> None:
        """Train one epoch, or what a resumed one has left."""
        self.runner.call_hook("before_train_epoch")  # may replace the data loader
        self.runner.model.train()
        done = self._iter - self._epoch * len(self.dataloader)
        if getattr(self.runner.optim_wrapper, "_accumulative_counts", 1) > 1:
            self.runner.optim_wrapper.initialize_count_status(self.runner.model, done, len(self.dataloader))
        for idx, data_batch in enumerate(skip_batches(self.dataloader, done), start=done):
            self.run_iter(idx, data_batch)
        self.runner.call_hook("after_train_epoch")
        self._epoch += 1
