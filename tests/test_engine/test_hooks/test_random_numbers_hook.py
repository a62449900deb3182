"""Random numbers of samples and steps, whatever wraps the data set."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from mmengine.dataset import BaseDataset, ConcatDataset, RepeatDataset
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop

from mmsynloc.datasets import SampleSeeds
from mmsynloc.engine.hooks import RandomNumbersHook


class _Numbers(BaseDataset):
    """Three samples; each is the number that is drawn for it."""

    def load_data_list(self) -> list[dict]:
        return [{}, {}, {}]

    def prepare_data(self, idx: int) -> float:
        return np.random.rand()


class Seeded(SampleSeeds, _Numbers):
    pass


def _draw(dataset: Any, loop: type, epoch: int = 0) -> list[float]:
    """The numbers of a whole epoch."""
    train_loop = loop.__new__(loop)
    train_loop.dataloader = SimpleNamespace(dataset=dataset)
    RandomNumbersHook().before_train_epoch(SimpleNamespace(train_loop=train_loop, seed=0, epoch=epoch))
    return [dataset[idx] for idx in range(len(dataset))]


def test_samples__follow_from_the_epoch():
    first, again, second = (_draw(Seeded(), EpochBasedTrainLoop, epoch) for epoch in (0, 0, 1))
    assert first == again
    assert len({*first, *second}) == 6


@pytest.mark.parametrize("count", [1, 2, 3])
def test_samples__of_joined_data_sets_all_differ(count):
    first, again = (_draw(ConcatDataset([Seeded() for _ in range(count)]), EpochBasedTrainLoop) for _ in range(2))
    assert first == again
    assert len(set(first)) == 3 * count


def test_samples__of_a_repeated_data_set_are_as_upstreams():
    assert len(set(_draw(RepeatDataset(Seeded(), times=3), EpochBasedTrainLoop))) == 9


def test_samples__of_a_loop_without_epochs_are_as_upstreams():
    dataset = Seeded()
    assert len({*_draw(dataset, IterBasedTrainLoop), *_draw(dataset, IterBasedTrainLoop)}) == 6
