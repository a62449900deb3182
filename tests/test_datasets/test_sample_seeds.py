"""Samples are the same whoever loads them and whatever was loaded before."""

from __future__ import annotations

import numpy as np
import pytest
from torch.utils.data import DataLoader, Dataset

from mmsynloc.datasets import SampleSeeds, SynLocDataset


class _Numbers(Dataset):
    def __len__(self) -> int:
        return 4

    def __getitem__(self, idx: int) -> tuple[int, float]:
        return idx, np.random.rand()


class Seeded(SampleSeeds, _Numbers):
    pass


def _epoch(loader: DataLoader) -> list:
    return [(int(idx), float(number)) for idx, number in loader]


def test_sample_seeds__data_sets_of_ours_have_them():
    assert issubclass(SynLocDataset, SampleSeeds)


def test_sample_seeds__without_a_seed_as_upstream():
    np.random.seed(0)
    first = Seeded()[0]
    np.random.seed(0)
    assert first == (0, np.random.rand())
    assert Seeded()[0] != first


def test_sample_seeds__by_seed_epoch_and_index():
    dataset = Seeded()
    found = {}
    for seed, epoch in [(1, 0), (1, 1), (2, 0)]:
        dataset.seed_samples(seed, epoch)
        found.update({(seed, epoch, idx): dataset[idx][1] for idx in range(4)})
    assert len(set(found.values())) == 12
    dataset.seed_samples(1, 1)
    assert dataset[3][1] == dataset[-1][1] == found[1, 1, 3]


@pytest.mark.parametrize("persistent", [False, True])
def test_sample_seeds__workers_that_run_already_learn_the_epoch(persistent):
    dataset = Seeded()
    dataset.seed_samples(3, 0)
    loader = DataLoader(dataset, num_workers=2, persistent_workers=persistent)
    for epoch in (0, 1):
        dataset.seed_samples(3, epoch)
        assert _epoch(loader) == [dataset[idx] for idx in range(4)]
