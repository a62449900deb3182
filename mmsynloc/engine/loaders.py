"""Data loaders made from others."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from torch.utils.data import DataLoader

__all__ = ["copy_loader", "skip_batches"]

_KEPT = (
    "num_workers",
    "collate_fn",
    "pin_memory",
    "timeout",
    "worker_init_fn",
    "multiprocessing_context",
    "generator",
    "prefetch_factor",
    "persistent_workers",
)


def copy_loader(loader: DataLoader, **changes: Any) -> DataLoader:
    """A loader over the same data set and batches, with workers of its own.

    Args:
        loader: with a batch sampler.
        **changes: arguments of ``DataLoader`` that differ.
    """
    kept = {name: getattr(loader, name) for name in _KEPT}
    return DataLoader(loader.dataset, **{"batch_sampler": loader.batch_sampler, **kept, **changes})


def skip_batches(loader: DataLoader, count: int) -> DataLoader:
    """The loader without its first batches, none of whose samples is loaded; itself where there is none to skip.

    Args:
        loader: with a batch sampler.
        count: how many batches to leave out.
    """
    if count == 0:
        return loader
    return copy_loader(loader, batch_sampler=_LaterBatches(loader.batch_sampler, count), persistent_workers=False)


class _LaterBatches:
    """The batches of a sampler from the ``count``-th on."""

    def __init__(self, batch_sampler: Any, count: int) -> None:
        self.batch_sampler, self.count = batch_sampler, count

    def __iter__(self) -> Iterator[list[int]]:
        return itertools.islice(iter(self.batch_sampler), self.count, None)

    def __len__(self) -> int:
        return max(len(self.batch_sampler) - self.count, 0)
