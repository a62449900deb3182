"""Random numbers that a resumed training draws as an uninterrupted one does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from mmsynloc.utils.random_numbers import seed_generators

__all__ = ["RandomNumbersHook"]

_STEPS = 1  # sets the steps' keys apart from those of samples


@HOOKS.register_module()
class RandomNumbersHook(Hook):
    """Let random numbers follow from the run's seed and the place in it.

    Those of a sample follow from seed, epoch and index, those of a step from seed, step and rank. No state
    of a generator has to be saved then. Samples of data sets that are not :class:`~mmsynloc.datasets.SampleSeeds` are
    drawn as upstream draws them.
    """

    priority = "VERY_HIGH"

    def before_train_epoch(self, runner: Runner) -> None:
        """Tell the data sets the epoch; workers that run already share it."""
        for dataset in _datasets(runner.train_loop.dataloader.dataset):
            if hasattr(dataset, "seed_samples"):
                dataset.seed_samples(runner.seed, runner.epoch)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Seed what the model and the batch augmentation draw in this step."""
        seed_generators(runner.seed, runner.iter, get_rank(), _STEPS)


def _datasets(dataset: Any) -> Iterator[Any]:
    """The data set and those that it wraps."""
    yield dataset
    inner = [dataset.dataset] if hasattr(dataset, "dataset") else list(getattr(dataset, "datasets", []))
    for one in inner:
        yield from _datasets(one)
