"""One function over many tasks, in several processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import wait
from typing import Any

from mmsynloc.utils.errors import UserError

__all__ = ["parallel_map"]


def parallel_map(
    function: Callable[[Any], Any],
    tasks: Sequence[Any],
    workers: int,
    chunk_size: int = 16,
    initializer: Callable[[], None] | None = None,
) -> Generator[Any, None, None]:
    """The results of ``function`` in the order of ``tasks``; one chunk's worth of tasks is done in this process.

    Processes are started afresh rather than forked: a fork copies the locks of torch's and OpenCV's threads in
    whatever state they are, and may then wait for them indefinitely. Closing the iterator early ends the processes at
    once, but for their ``finally`` blocks; so does the end of this process, even by SIGKILL. Wrap it in
    ``contextlib.closing``: an interrupt in the loop's body does not close it by itself.

    Args:
        function: importable, as its arguments and results go through pickle.
        tasks: its arguments.
        workers: number of processes.
        chunk_size: tasks that a process takes at a time.
        initializer: run once in each process.

    Raises:
        UserError: a process died.
    """
    if workers <= 1 or len(tasks) <= chunk_size:  # starting processes costs more than it saves
        yield from map(function, tasks)
        return
    start = partial(_start_worker, initializer)
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), start)
    finished = False
    try:
        with _interrupts_blocked():  # processes inherit it: Ctrl-C reaches the whole group, and is for this one
            results = pool.map(partial(_run, function), tasks, chunksize=chunk_size)
        yield from results
        finished = True
    except BrokenProcessPool:
        raise UserError("a worker process died, perhaps for lack of memory; try again with fewer processes") from None
    finally:
        if not finished:
            _terminate(pool)
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _terminate(pool: ProcessPoolExecutor) -> None:
    """Ask the processes to end; the pool has no method for it before Python 3.14."""
    for process in list((getattr(pool, "_processes", None) or {}).values()):
        process.terminate()


def _start_worker(initializer: Callable[[], None] | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, also where signals cannot be blocked
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # an exception, so that temporary files are removed
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if initializer is not None:
        initializer()


def _end_with_parent() -> None:
    """End this process once the one that started it is gone, killed without a chance to say so."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)


def _run(function: Callable[[Any], Any], task: Any) -> Any:
    try:
        return function(task)
    except SystemExit:  # the pool would take it for the task's result, and go on with the next
        os._exit(1)
