"""One function over many files, in several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from mmsynloc.utils import UserError

__all__ = ["parallel_map"]

_CHUNK = 16


def parallel_map(function: Callable[[Any], Any], tasks: Sequence[Any], workers: int) -> Iterator[Any]:
    """The results of ``function`` in the order of ``tasks``; few tasks are done in this process.

    Closing the iterator early, as an interrupt does, cancels what has not begun.

    Raises:
        UserError: a process died.
    """
    if workers <= 1 or len(tasks) <= _CHUNK:  # starting processes costs more than it saves
        yield from map(function, tasks)
        return
    pool = ProcessPoolExecutor(workers)
    try:
        yield from pool.map(function, tasks, chunksize=_CHUNK)
    except BrokenProcessPool:
        raise UserError("a worker process died, perhaps for lack of memory; try again with --workers 1") from None
    finally:
        pool.shutdown(cancel_futures=True)
