"""Loaders made from others: the same data set, order and workers."""

from __future__ import annotations

import pytest
from torch.utils.data import BatchSampler, DataLoader, Dataset, SequentialSampler

from mmsynloc.engine.loaders import copy_loader, skip_batches


class Counted(Dataset):
    """Numbers, with a list of those that were loaded."""

    def __init__(self) -> None:
        self.loaded: list[int] = []

    def __len__(self) -> int:
        return 7

    def __getitem__(self, idx: int) -> int:
        self.loaded.append(idx)
        return idx


@pytest.fixture
def loader() -> DataLoader:
    dataset = Counted()
    sampler = BatchSampler(SequentialSampler(dataset), 2, drop_last=False)
    return DataLoader(dataset, batch_sampler=sampler, collate_fn=list)


def test_skip_batches__none_is_the_loader_itself(loader):
    assert skip_batches(loader, 0) is loader


@pytest.mark.parametrize(("count", "expected"), [(1, [[2, 3], [4, 5], [6]]), (3, [[6]]), (4, []), (9, [])])
def test_skip_batches__loads_only_the_rest(loader, count, expected):
    rest = skip_batches(loader, count)
    assert len(rest) == len(expected)
    assert list(rest) == expected
    assert loader.dataset.loaded == [i for batch in expected for i in batch]
    assert len(list(loader)) == 4  # itself as it was


def test_copy_loader__keeps_all_but_the_changes(loader):
    copied = copy_loader(loader, num_workers=1)
    assert copied.dataset is loader.dataset
    assert copied.batch_sampler is loader.batch_sampler
    assert copied.collate_fn is loader.collate_fn
    assert copied.num_workers == 1
