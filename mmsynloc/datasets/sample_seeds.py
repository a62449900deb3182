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

    _seeds: Tensor | None = None

    def seed_samples(self, seed: int, epoch: int, first: int = 0) -> None:
        """Set what the samples' random numbers follow from, also for workers that run already.

        Args:
            seed: of the run, from 0 on.
            epoch: from 0 on.
            first: index that the first sample has in the training, where this is one of several joined data sets.
        """
        if self._seeds is None:
            self._seeds = torch.zeros(3, dtype=torch.int64).share_memory_()
        self._seeds.copy_(torch.tensor([seed, epoch, first]))

    def __getitem__(self, idx: int) -> Any:
        if self._seeds is None:
            return super().__getitem__(idx)  # type: ignore[misc]
        seed, epoch, first = self._seeds.tolist()
        with own_random_numbers(seed, epoch, first + int(idx) % len(self)):  # type: ignore[arg-type]
            return super().__getitem__(idx)  # type: ignore[misc]
