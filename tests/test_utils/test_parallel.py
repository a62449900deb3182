from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time

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


def _wait(number: int) -> int:
    time.sleep(30)
    return number


def test_parallel_map__an_interrupt_does_not_wait_for_the_workers():
    main = threading.main_thread().ident
    threading.Timer(3, signal.pthread_kill, [main, signal.SIGINT]).start()  # enough for the processes to start
    with pytest.raises(KeyboardInterrupt):
        list(parallel_map(_wait, range(50), 2))
    assert not multiprocessing.active_children()


def test_parallel_map__a_dead_worker_is_one_line():
    with pytest.raises(UserError, match="a worker process died"):
        list(parallel_map(_die_at_30, range(50), 2))
