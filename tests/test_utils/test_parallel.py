from __future__ import annotations

import os

import pytest

from mmsynloc.utils import UserError, parallel_map


def _square(number: int) -> int:
    return number * number


def _die_at_30(number: int) -> int:
    if number == 30:
        os._exit(1)  # as the system does to a process that takes too much memory
    return number


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("count", [0, 1, 50])
def test_parallel_map__keeps_the_order(workers, count):
    assert list(parallel_map(_square, range(count), workers)) == [n * n for n in range(count)]


def test_parallel_map__a_dead_worker_is_one_line():
    with pytest.raises(UserError, match="a worker process died"):
        list(parallel_map(_die_at_30, range(50), 2))
