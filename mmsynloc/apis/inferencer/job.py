"""A run over many frames: it can be interrupted, go on, and be shared by several processes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from mmsynloc.apis.inferencer.formats import Format
from mmsynloc.apis.inferencer.frame_cameras import CameraOf
from mmsynloc.apis.inferencer.frames import Frame, Problem, Selection, Source, read_frames
from mmsynloc.apis.inferencer.ledger import Ledger, Parts, claim_parts, other_parts, parts_folder, release_parts
from mmsynloc.apis.inferencer.pictures import PictureWriter
from mmsynloc.apis.inferencer.synloc_inferencer import SynLocInferencer
from mmsynloc.files.positions import from_record
from mmsynloc.structures import FramePositions
from mmsynloc.utils import UserError

__all__ = ["InferJob", "JobResult", "run_job", "shard_of_process"]

_HOPELESS = 20


@dataclass(frozen=True)
class InferJob:
    """What to do.

    Attributes:
        sources: the pictures.
        find_camera: which camera has taken a frame.
        selection: which frames, and which part of them is this process's.
        out: the file to write.
        form: its format.
        run: what the results depend on, so that no run goes on from another's.
        pictures: draws what was found; None draws nothing.
        track: follow athletes over the frames.
        resume: go on from an interrupted run.
        progress: show progress bars.
    """

    sources: Sequence[Source]
    find_camera: CameraOf
    selection: Selection
    out: Path
    form: Format
    run: Mapping[str, Any]
    pictures: PictureWriter | None = None
    track: bool = False
    resume: bool = False
    progress: bool = True

    @property
    def live(self) -> bool:
        """Whether the frames can be read only once."""
        return any(source.live for source in self.sources)

    @property
    def total(self) -> int | None:
        """How many frames this process takes, as far as it is known."""
        totals = [source.total for source in self.sources]
        return None if None in totals else self.selection.count(sum(t or 0 for t in totals))


@dataclass
class JobResult:
    """What has come of a job.

    Attributes:
        problems: this process's frames without a result.
        missing: how many frames have no result in the output; as many as there are problems until it is written.
        written: whether the output was written; it is not while other processes of a shared run still work.
        frames: number of frames in the output.
        athletes: number of athletes in it.
        over_horizon: how many of them have no position, as their ground points lie over the horizon.
        foreign: parts of other processes, a line each, that do not fit this one's, so that the run cannot end.
    """

    problems: list[Problem] = field(default_factory=list)
    missing: int = 0
    written: bool = False
    frames: int = 0
    athletes: int = 0
    over_horizon: int = 0
    foreign: list[str] = field(default_factory=list)

    def counted(self, positions: Iterator[FramePositions]) -> Iterator[FramePositions]:
        """The same frames; they are counted as they pass."""
        for frame in positions:
            self.frames += 1
            self.athletes += len(frame)
            self.over_horizon += int(np.isnan(frame.points_pitch_m).any(1).sum())
            yield frame


def shard_of_process(environment: Mapping[str, str]) -> tuple[int, int]:
    """Which part of a run is this process's, and of how many, as torchrun and Slurm's arrays number them.

    Args:
        environment: the process's variables.

    Returns:
        The number from 0, and how many there are; (0, 1) for a process of its own.

    Raises:
        UserError: a variable is not a number, or the tasks of an array are not numbered one after the other.
    """

    def number(name: str, default: int = 0) -> int:
        text = environment.get(name, str(default))
        if not text.isdigit():
            raise UserError(f"{name} is {text!r}; a number is needed")
        return int(text)

    if "RANK" in environment and "WORLD_SIZE" in environment:
        shard, shards = number("RANK"), number("WORLD_SIZE")
    elif "SLURM_ARRAY_TASK_ID" in environment and "SLURM_ARRAY_TASK_COUNT" in environment:
        first, step = number("SLURM_ARRAY_TASK_MIN"), number("SLURM_ARRAY_TASK_STEP", 1)
        shard, shards = (number("SLURM_ARRAY_TASK_ID") - first) // max(step, 1), number("SLURM_ARRAY_TASK_COUNT")
    else:
        return 0, 1
    if not 0 <= shard < shards:
        raise UserError(f"the environment says part {shard} of {shards}, counted from 0: name the part by --shard I/N")
    return shard, shards


def run_job(job: InferJob, make_inferencer: Callable[[], SynLocInferencer]) -> JobResult:
    """Find positions in this process's frames, and once all processes are through write the output.

    An interrupt (Ctrl-C) is the end of a stream. Otherwise it writes the output of what is there, without pictures and
    where the run is not shared, and goes on its way.

    Args:
        job: what to do.
        make_inferencer: loads the model; called only where a frame is left to do.

    Raises:
        UserError: a file cannot be written, the run that is to be resumed is another one, or no frame, or none of the
            first ones, has a result.
    """
    shards, result = job.selection.shards, JobResult()
    ledger = Ledger(job.out, job.selection.shard, shards, job.run, job.resume)
    try:
        if not ledger.complete:
            _predict(job, ledger, make_inferencer, result.problems)
            ledger.finish(result.problems)
            result.missing = len(result.problems)
        ledger.close()
        _write_if_all_are_through(job, result)
    except KeyboardInterrupt:
        if shards == 1 and ledger.done and not result.written:
            _write(replace(job, pictures=None), parts_folder(job.out), result)
        raise
    finally:
        ledger.close()
        if job.pictures is not None:
            job.pictures.discard()
    return result


def _write_if_all_are_through(job: InferJob, result: JobResult) -> None:
    folder = claim_parts(job.out, job.selection.shards, job.run)
    if folder is None:
        result.foreign = other_parts(job.out, job.selection.shards, job.run)
        return
    try:
        _write(job, folder, result)
        result.written = True
    finally:
        release_parts(job.out, keep=bool(result.missing) or not result.written)


def _predict(
    job: InferJob, ledger: Ledger, make_inferencer: Callable[[], SynLocInferencer], problems: list[Problem]
) -> None:
    """Add this process's frames to its ledger, and what has no result to the problems."""
    total = None if job.total is None else max(job.total - len(ledger.done), 0)
    inferencer = make_inferencer()
    selection = Selection(**{**vars(job.selection), "done": frozenset(ledger.done)})
    with tqdm(total=total, desc="positions", unit="frame", disable=not job.progress) as bar:

        def report(problem: Problem) -> None:
            problems.append(problem)
            bar.write(f"WARNING  {problem}", file=sys.stderr)

        def hopeful() -> bool:
            return len(problems) < _HOPELESS or bool(ledger.done)

        shown: dict[int, Frame] = {}

        def keep(found: FramePositions) -> None:
            ledger.append(found)
            ledger.done.add(found.index)
            if job.live and job.pictures is not None:
                job.pictures.add(shown[found.index].pixels(), found)
                for index in [index for index in shown if index <= found.index]:  # frames without a result too
                    del shown[index]
            bar.update()

        frames = read_frames(job.sources, selection)
        if job.live and job.pictures is not None:
            frames = _remember(frames, shown)
        with suppress(KeyboardInterrupt) if job.live else nullcontext():
            for first in frames:  # once more where some of the first frames waited for others and were good
                some = _while_hopeful(first, frames, hopeful)
                for found in inferencer.infer(some, job.find_camera, report):
                    keep(found)
                if not hopeful():
                    last = problems[_HOPELESS - 1]
                    raise UserError(f"none of the first {_HOPELESS} frames has a result; the last: {last}")


def _while_hopeful(
    first: Frame | Problem, others: Iterator[Frame | Problem], hopeful: Callable[[], bool]
) -> Iterator[Frame | Problem]:
    """Frames until too many have no result, so that those in the making come to their end."""
    yield first
    while hopeful() and (frame := next(others, None)) is not None:
        yield frame


def _remember(frames: Iterator[Frame | Problem], shown: dict[int, Frame]) -> Iterator[Frame | Problem]:
    """The frames, each kept until it has been drawn."""
    for frame in frames:
        if isinstance(frame, Frame):
            shown[frame.index] = frame
        yield frame


def _write(job: InferJob, folder: Path, result: JobResult) -> None:
    """Write the output, and draw the pictures, of all frames in the ledgers; they are counted in the result."""
    parts = Parts(folder, job.selection.shards)
    result.missing = len(parts.problems)
    if parts.problems and not parts:
        raise UserError(f"{job.out}: is not written: no frame has a result; the first: {parts.problems[0]}")

    def frames() -> Iterator[FramePositions]:
        for record in parts:
            camera = job.find_camera(record.index, record.name, record.image_size)[1]
            yield from_record(record, camera)

    read = frames
    if job.track:
        from mmsynloc.tracking import find_tracks

        tracks = find_tracks(frames())

        def read() -> Iterator[FramePositions]:
            return map(tracks.apply, frames())

    job.form.write(result.counted(read()), job.out)
    if job.pictures is not None and not job.live:
        _draw(job, job.pictures, read(), len(parts))
    if job.pictures is not None:
        job.pictures.close()


def _draw(job: InferJob, pictures: PictureWriter, positions: Iterator[FramePositions], count: int) -> None:
    """Read the frames once more and draw what was found in them."""
    selection = Selection(job.selection.every, job.selection.max_frames)
    frames = (frame for frame in read_frames(job.sources, selection) if isinstance(frame, Frame))
    for found in tqdm(positions, total=count, desc="drawing", unit="frame", disable=not job.progress):
        for frame in frames:
            if frame.index == found.index:
                pictures.add(frame.pixels(), found)
                break
