"""What a run has found so far, frame by frame in files beside its output, so that it can be interrupted and shared.

Each process of a run appends whole lines to a file of its own in ``OUT.parts``: first what the run is, then one line a
frame, at last what had no result. A run goes on from these files, and from all of them together the output is made.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from mmsynloc.apis.inferencer.frames import Problem
from mmsynloc.files.positions import FrameRecord, to_record
from mmsynloc.structures import FramePositions
from mmsynloc.utils import UserError

__all__ = ["Ledger", "Parts", "claim_parts", "other_parts", "parts_folder", "release_parts"]


class _Line(msgspec.Struct, omit_defaults=True):
    """A line has one of these."""

    run: dict[str, Any] | None = None
    frame: FrameRecord | None = None
    problems: list[str] | None = None  # the last line of a run that is through


class _Index(msgspec.Struct):
    index: int


class _Glance(msgspec.Struct):
    """As much of a line as tells what it is; the rest is skipped."""

    run: dict[str, Any] | None = None
    frame: _Index | None = None
    problems: list[str] | None = None


_ENCODER, _GLANCE, _LINE = msgspec.json.Encoder(), msgspec.json.Decoder(_Glance), msgspec.json.Decoder(_Line)


def parts_folder(out: Path) -> Path:
    """Where the ledgers of the run that writes ``out`` lie."""
    return out.with_name(f"{out.name}.parts")


def _part_name(shard: int, shards: int) -> str:
    return f"{shard}-of-{shards}.jsonl"


class Ledger:
    """The ledger of one process, open for appending.

    Args:
        out: the run's output.
        shard: number of the process, from 0.
        shards: how many share the run.
        run: what the results depend on; a ledger of another run is not continued.
        resume: go on from the ledger that is there, if there is one; otherwise it is replaced.

    Attributes:
        done: indices of the frames that are in it.
        complete: whether nothing is left to do.

    Raises:
        UserError: it is of another run, in use by another process, damaged, or cannot be written.
    """

    def __init__(self, out: Path, shard: int, shards: int, run: Mapping[str, Any], resume: bool) -> None:
        self.path = parts_folder(out) / _part_name(shard, shards)
        self.done: set[int] = set()
        self.complete = False
        with _one_line_errors(self.path):
            if resume:
                _recover(out)
            elif _claimed(out).is_dir():  # left by a run that was killed while it wrote its output
                shutil.rmtree(_claimed(out))
            self.path.parent.mkdir(parents=True, exist_ok=True)
            goes_on = resume and self.path.is_file()
            self._file: BinaryIO = self.path.open("ab", buffering=0)
            try:
                _lock(self._file, out)
                self._file.truncate(self._read(dict(run)) if goes_on else 0)
                if not goes_on:
                    self._write(_Line(run=dict(run)))
            except BaseException:
                self._file.close()
                raise

    def _read(self, run: dict[str, Any]) -> int:
        """Note the frames that are there; returns the number of bytes in whole lines."""
        size = 0
        with self.path.open("rb") as file:
            for number, text in enumerate(file):
                if not text.endswith(b"\n"):  # the run was killed while it wrote
                    break
                line = _look(text, self.path, number)
                if number == 0 and line.run != run:
                    raise UserError(f"{self.path}: {_difference(line.run, run)}; leave out --resume to start anew")
                if line.frame is not None:
                    self.done.add(line.frame.index)
                self.complete = line.problems == []
                if not line.problems:  # cut off, so that the run does not look finished while these are tried again
                    size += len(text)
        if size == 0:
            raise UserError(f"{self.path}: is damaged; leave out --resume to start anew")
        return size

    def append(self, frame: FramePositions) -> None:
        """Add a frame.

        Raises:
            UserError: it cannot be written, for example because the disk is full.
        """
        self._write(_Line(frame=to_record(frame)))

    def finish(self, problems: list[Problem]) -> None:
        """Note that the run is through, and what had no result."""
        self._write(_Line(problems=[str(problem) for problem in problems]))

    def _write(self, line: _Line) -> None:
        text = _ENCODER.encode(line) + b"\n"
        with _one_line_errors(self.path):
            if self._file.write(text) != len(text):
                raise UserError(f"{self.path}: cannot be written: the disk is full")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _Place(NamedTuple):
    """A line of a ledger: its number from 0, and the byte where it begins."""

    path: Path
    number: int
    offset: int


class Parts:
    """The ledgers of a run, read as one list of frames in the order of the input.

    Args:
        folder: what :func:`claim_parts` returns, or :func:`parts_folder`.
        shards: how many processes share the run.

    Attributes:
        problems: inputs without a result, of all processes.

    Raises:
        UserError: a ledger is missing or damaged.
    """

    def __init__(self, folder: Path, shards: int) -> None:
        self._places: dict[int, _Place] = {}
        self.problems: list[str] = []
        for shard in range(shards):
            path = folder / _part_name(shard, shards)
            with _one_line_errors(path), path.open("rb") as file:
                offset = 0
                for number, text in enumerate(file):
                    line = _look(text, path, number) if text.endswith(b"\n") else _Glance()
                    if line.frame is not None:
                        self._places[line.frame.index] = _Place(path, number, offset)
                    self.problems += line.problems or []
                    offset += len(text)

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[FrameRecord]:
        files: dict[Path, BinaryIO] = {}
        try:
            for _, (path, number, offset) in sorted(self._places.items()):
                if path not in files:
                    files[path] = path.open("rb")
                files[path].seek(offset)
                try:
                    frame = _LINE.decode(files[path].readline()).frame
                except msgspec.DecodeError:
                    raise _damaged(path, number) from None
                assert frame is not None  # its index was read from there
                yield frame
        finally:
            for file in files.values():
                file.close()


def claim_parts(out: Path, shards: int, run: Mapping[str, Any]) -> Path | None:
    """Take over the ledgers of a run that all processes have brought to its end.

    Args:
        out: the run's output.
        shards: how many processes share the run.
        run: what the run is.

    Returns:
        The folder, under a name that no other process looks for; None where a process still works, or another one has
        taken over.

    Raises:
        UserError: it cannot be taken over, or a ledger is damaged.
    """
    folder = parts_folder(out)
    claimed = _claimed(out)
    try:
        if not all(_is_through(folder / _part_name(shard, shards), dict(run)) for shard in range(shards)):
            return None
        folder.rename(claimed)
    except FileNotFoundError:  # another process has been faster
        return None
    except OSError as error:
        raise UserError(f"{claimed}: is in the way of the ledgers: {error.strerror}; delete it") from None
    return claimed


def other_parts(out: Path, shards: int, run: Mapping[str, Any]) -> list[str]:
    """Ledgers beside an output that cannot become part of it, as a line each: they are of runs with other settings."""
    found = []
    ours = {_part_name(shard, shards) for shard in range(shards)}
    for path in sorted(parts_folder(out).glob("*-of-*.jsonl")):
        try:
            with path.open("rb") as file:
                first = file.readline()
        except OSError:  # another process has taken them over meanwhile
            return []
        if path.name not in ours:
            found.append(f"{path}: is of a run in another number of parts")
        elif first.endswith(b"\n") and (other := _look(first, path, 0).run) != run:
            found.append(f"{path}: {_difference(other, run)}")
    return found


def release_parts(out: Path, keep: bool) -> None:
    """Delete the ledgers that were taken over, or put them back for a run that is to go on."""
    if keep:
        _recover(out)
    else:
        shutil.rmtree(_claimed(out), ignore_errors=True)


def _claimed(out: Path) -> Path:
    return out.with_name(f"{out.name}.merging")


def _recover(out: Path) -> None:
    """Put back ledgers that a process had taken over when it ended."""
    if not _claimed(out).is_dir():
        return
    if parts_folder(out).exists():  # of a later run
        shutil.rmtree(_claimed(out))
    else:
        _claimed(out).rename(parts_folder(out))


def _is_through(path: Path, run: dict[str, Any]) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        first = last = file.readline()
        for text in file:
            last = text
    return last.endswith(b"\n") and _look(first, path, 0).run == run and _look(last, path, -1).problems is not None


def _difference(other: Mapping[str, Any] | None, run: Mapping[str, Any]) -> str:
    changed = sorted(key for key in run if (other or {}).get(key) != run[key])
    return f"it is of a run with another {', '.join(changed) or 'version'}"


def _look(text: bytes, path: Path, number: int) -> _Glance:
    try:
        return _GLANCE.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _damaged(path, number) from None


def _damaged(path: Path, number: int) -> UserError:
    return UserError(f"{path}: line {number + 1} is damaged; delete the file and start anew")


def _lock(file: BinaryIO, out: Path) -> None:
    """Keep other processes from the same ledger for as long as the file is open."""
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UserError(f"{out}: another process is writing it at this moment; wait, or name another output") from None
    except OSError:
        pass  # a file system without locks


@contextmanager
def _one_line_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"{path}: cannot be used: {error.strerror or error}") from None
