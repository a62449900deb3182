"""The other processes of a distributed run: where one of them is lost, the run ends with one line."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import torch.distributed as dist

__all__ = ["PeerWatch", "lost_peer_errors", "watch_peers"]

_LOST = ("Connection reset by peer", "Connection closed by peer", "Broken pipe", "Connection refused", "NCCL error")
_HOW_ON = "its own message stands above, if it left one; a training goes on from its newest checkpoint with --resume"
_watch: PeerWatch | None = None


def watch_peers(beat_s: float = 5.0, silent_s: float = 40.0) -> None:
    """Start watching the other processes, once; nothing to do where this process is alone.

    Args:
        beat_s: seconds between two signs of life.
        silent_s: a process that gives none for so long is taken for lost.
    """
    global _watch
    if _watch is None and dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1:
        _watch = PeerWatch(beat_s, silent_s)
        atexit.register(_watch.stop)


@contextmanager
def lost_peer_errors() -> Iterator[None]:
    """End this process in one line where a collective operation fails because its other end is gone."""
    try:
        yield
    except RuntimeError as error:
        if _watch is None or not any(text in str(error) for text in _LOST):
            raise
        _watch.end(1, "another process of this run has ended")


class PeerWatch:
    """Signs of life of all processes, exchanged through the store at ``MASTER_ADDR:MASTER_PORT``.

    A GPU waits in a collective operation for a lost process for ten minutes by default, in which Python code of
    this process does not run; a thread does. The same thread answers the launcher's SIGTERM.

    Args:
        beat_s: as for :func:`watch_peers`.
        silent_s: as for :func:`watch_peers`.
    """

    def __init__(self, beat_s: float, silent_s: float) -> None:
        self.rank, self.world_size = dist.get_rank(), dist.get_world_size()
        self.beat_s, self.silent_s = beat_s, silent_s
        host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
        # A connection of its own: each serves one request at a time, and collectives wait in the others.
        torch_dist: Any = dist  # its stores are public, but not in the list of names that type checkers see
        store = torch_dist.TCPStore(host, port, timeout=timedelta(seconds=silent_s / 2))
        self._store = torch_dist.PrefixStore("peers", store)
        self._store.set(f"beat{self.rank}", "0")
        dist.barrier()  # from here on every process has given a sign
        self._ended, self._ending = threading.Event(), threading.Lock()
        self._wake_up, written = os.pipe()
        os.set_blocking(written, False)
        signal.signal(signal.SIGTERM, _ignore)  # Python writes the signal's number to the pipe at once
        signal.set_wakeup_fd(written, warn_on_full_buffer=False)
        os.register_at_fork(after_in_child=_forget_signals)
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._watch_peers, self._watch_launcher)]
        for thread in self._threads:
            thread.start()

    def end(self, status: int, reason: str) -> None:
        """End this process at once, with a line on stderr from the first one that does."""
        with self._ending:
            if not self._ended.is_set() and self._is_first():
                print(f"error: {reason}; {_HOW_ON}", file=sys.stderr, flush=True)
            os._exit(status)  # the main thread may be waiting for the lost process

    def _is_first(self) -> bool:
        try:
            return self._store.add("told", 1) == 1
        except RuntimeError:  # the store is gone with the process that was lost
            return self.rank == 1

    def stop(self) -> None:
        """Tell the others that this process has ended as it should, and stop watching."""
        self._ended.set()
        self._threads[0].join(self.beat_s)
        with suppress(RuntimeError):
            self._store.set(f"beat{self.rank}", "done")

    def _watch_peers(self) -> None:
        names = [f"beat{rank}" for rank in range(self.world_size)]
        seen: list[bytes] = [b""] * self.world_size
        changed = [time.monotonic()] * self.world_size
        number = 0
        while not self._ended.wait(self.beat_s):
            number += 1
            try:
                self._store.set(names[self.rank], str(number))
                beats = self._store.multi_get(names)
            except RuntimeError:
                if not self._ended.wait(self.silent_s / 4):  # else it has only finished a little earlier
                    self.end(1, "the main process of this run has ended or cannot be reached")
                return
            now = time.monotonic()
            for rank, beat in enumerate(beats):
                if beat != seen[rank] or beat == b"done":
                    seen[rank], changed[rank] = beat, now
                elif now - changed[rank] > self.silent_s:
                    self.end(1, f"process {rank} of {self.world_size} has not answered for {self.silent_s:.0f} s")

    def _watch_launcher(self) -> None:
        while signal.SIGTERM not in os.read(self._wake_up, 64):
            pass
        self.end(128 + signal.SIGTERM, "the launcher ends this run, as another process has failed or it was cancelled")


def _ignore(*_: object) -> None:
    """A handler in Python: with it, the signal's number is written to the wake-up pipe."""


def _forget_signals() -> None:
    """Workers of data loaders are ended by SIGTERM; a thread does not live on in a fork."""
    if signal.getsignal(signal.SIGTERM) is _ignore:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
