"""One function over many tasks, in several processes."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from mmsynloc.utils.errors import UserError

__all__ = ["parallel_map"]


def parallel_map(
    function: Callable[[Any], Any],
    tasks: Sequence[Any],
    workers: int,
    chunk_size: int = 16,
    initializer: Callable[[], None] | None = None,
) -> Iterator[Any]:
    """The results of ``function`` in the order of ``tasks``; one chunk's worth of tasks is done in this process.

    Processes are started afresh rather than forked: a fork copies the locks of torch's and OpenCV's threads in
    whatever state they are, and then may wait for them for ever. Closing the iterator early cancels
    what has not begun; an interrupt (Ctrl-C) ends the processes at once.

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
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _start_worker, (initializer,))
    try:
        yield from pool.map(function, tasks, chunksize=chunk_size)
    except BrokenProcessPool:
        raise UserError("a worker process died, perhaps for lack of memory; try again with fewer processes") from None
    except KeyboardInterrupt:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _start_worker(initializer: Callable[[], None] | None) -> None:
    # A terminal interrupts every process; Python's own handler would print a traceback in each.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if initializer is not None:
        initializer()
