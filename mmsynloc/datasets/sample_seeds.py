"""Samples whose random numbers do not depend on what a worker has drawn before."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mmsynloc.utils.random_numbers import own_random_numbers

__all__ = ["SampleSeeds"]


class SampleSeeds:
    """Mixin of a data set: each sample's random numbers follow from seed, epoch and index.

    A training that is resumed in the middle of an epoch then sees the samples that the uninterrupted one sees,
    with any number of workers. ``RandomNumbersHook`` calls :meth:`seed_samples`; without it samples are drawn as
    upstream draws them. Put it before the data set's class among the bases.
    """

    _seed_and_epoch: Tensor | None = None

    def seed_samples(self, seed: int, epoch: int) -> None:
        """Set what the samples' random numbers follow from, also for workers that run already.

        Args:
            seed: of the run, from 0 on.
            epoch: from 0 on.
        """
        if self._seed_and_epoch is None:
            self._seed_and_epoch = torch.zeros(2, dtype=torch.int64).share_memory_()
        self._seed_and_epoch.copy_(torch.tensor([seed, epoch]))

    def __getitem__(self, idx: int) -> Any:
        if self._seed_and_epoch is None:
            return super().__getitem__(idx)  # type: ignore[misc]
        seed, epoch = self._seed_and_epoch.tolist()
        with own_random_numbers(seed, epoch, int(idx) % len(self)):  # type: ignore[arg-type]
            return super().__getitem__(idx)  # type: ignore[misc]
