"""Random numbers that a resumed training draws as an uninterrupted one does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.runner import EpochBasedTrainLoop, Runner
from mmpose.registry import HOOKS
from torch.utils.data import ConcatDataset

from mmsynloc.utils.random_numbers import seed_generators

__all__ = ["RandomNumbersHook"]

_STEPS = 1  # sets the steps' keys apart from those of samples


@HOOKS.register_module()
class RandomNumbersHook(Hook):
    """Let random numbers follow from the run's seed and the place in it.

    Those of a sample follow from seed, epoch and index, those of a step from seed, step and rank. No state
    of a generator has to be saved then. Samples are drawn as upstream draws them where these numbers would repeat or
    do not exist: in a loop without epochs, in a data set that is repeated, and in one that is not
    :class:`~mmsynloc.datasets.SampleSeeds`.
    """

    priority = "VERY_HIGH"

    def before_train_epoch(self, runner: Runner) -> None:
        """Tell the data sets the epoch; workers that run already share it."""
        if isinstance(runner.train_loop, EpochBasedTrainLoop):
            for first, dataset in _seeded(runner.train_loop.dataloader.dataset):
                dataset.seed_samples(runner.seed, runner.epoch, first)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Seed what the model and the batch augmentation draw in this step."""
        seed_generators(runner.seed, runner.iter, get_rank(), _STEPS)


def _seeded(dataset: Any) -> Iterator[tuple[int, Any]]:
    """The data set or those that it joins, with the index of the first sample of each."""
    first = 0
    for one in dataset.datasets if isinstance(dataset, ConcatDataset) else [dataset]:
        if hasattr(one, "seed_samples"):
            yield first, one
        first += len(one)  # type: ignore[arg-type]
