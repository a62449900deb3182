"""Positions of athletes in images and video: where each stands on the pitch, in metres.

%(prog)s frame.jpg --camera camera.json --out positions.csv
%(prog)s match.mp4 --camera camera.json --out positions.jsonl --track --video radar.mp4
%(prog)s data/val --camera data/annotations/val.json --out results.json
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mmsynloc.cli.flags import finite, hide_upstream_warnings, positive
from mmsynloc.utils import UserError, refuse_overwriting

if TYPE_CHECKING:
    from mmsynloc.apis.inferencer.backend import Backend
    from mmsynloc.apis.inferencer.frames import Source
    from mmsynloc.apis.inferencer.job import InferJob, JobResult
    from mmsynloc.apis.inferencer.synloc_inferencer import SynLocInferencer

__all__ = ["main"]

_MOST_FPS = 1000
_VIDEO_SUFFIXES = (".mp4", ".avi", ".mkv", ".mov")


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=prog, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="images, folders, patterns, videos, rtsp://..., or a USB camera's number",
    )
    parser.add_argument(
        "--camera", required=True, metavar="FILE", help="a camera, or an annotation file with each image's"
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help=".csv, .jsonl, or .json (SynLoc results)"
    )
    parser.add_argument(
        "--format", choices=("csv", "jsonl", "synloc", "gamestate", "cdf"), help="other than by the ending"
    )
    model = parser.add_argument_group("model")
    model.add_argument(
        "--config", help="config file, or ours: mmsynloc::name.py (default: that of the package's weights)"
    )
    model.add_argument("--checkpoint", help="checkpoint, or .onnx of mmsynloc export (default: the package's weights)")
    model.add_argument(
        "--engine", choices=("onnxruntime", "openvino"), help="what runs an .onnx (default: onnxruntime)"
    )
    model.add_argument("--device", help="cpu, cuda, cuda:1, ... (default: a GPU where there is one)")
    model.add_argument("--batch-size", type=positive, help="default: 8 on a GPU, else 1")
    model.add_argument("--amp", action="store_true", help="mixed precision, where the device is fast at it")
    model.add_argument(
        "--score-threshold",
        type=finite,
        help="leave out athletes with a lower score (default: what validation chose; SynLoc results have all)",
    )
    frames = parser.add_argument_group("frames")
    frames.add_argument("--every", type=positive, default=1, metavar="N", help="take every N-th frame")
    frames.add_argument("--max-frames", type=positive, metavar="N", help="stop after N frames")
    frames.add_argument("--fps", type=finite, help="of images that are a sequence in time, for --track and --video")
    frames.add_argument("--track", action="store_true", help="follow athletes over the frames of one video")
    pictures = parser.add_argument_group("pictures")
    pictures.add_argument("--vis-dir", type=Path, metavar="DIR", help="write a picture of each frame")
    pictures.add_argument("--video", type=Path, metavar="FILE", help="write them as a video (.mp4)")
    pictures.add_argument("--view", choices=("both", "frame", "pitch"), default="both", help="what they show")
    run = parser.add_argument_group("long runs")
    run.add_argument("--resume", action="store_true", help="go on from an interrupted run")
    run.add_argument(
        "--shard", metavar="I/N", help="do part I of N, from 0 (default: what torchrun or a Slurm array says)"
    )
    run.add_argument("--no-progress", action="store_true", help="no progress bars")
    return parser.parse_args(argv)


def _shard(text: str | None) -> tuple[int, int]:
    from mmsynloc.apis.inferencer.job import shard_of_process

    if text is None:
        return shard_of_process(os.environ)
    try:
        shard, shards = (int(part) for part in text.split("/"))
    except ValueError:
        raise UserError(f"--shard {text}: not two numbers like 0/4") from None
    if shards < 1:
        raise UserError(f"--shard {text}: there must be one part at least")
    if not 0 <= shard < shards:
        raise UserError(f"--shard {text}: parts are numbered from 0 to {shards - 1}")
    return shard, shards


def _identify(args: argparse.Namespace, sources: Sequence[Source], model: _Model, threshold: float) -> dict[str, Any]:
    """What the results depend on."""
    from mmsynloc.apis.inferencer.run_identity import stamp
    from mmsynloc.version import __version__

    return {
        "version of mmsynloc": __version__,
        "input": args.inputs,
        "list of images or version of a video": [source.identity for source in sources],
        "--camera": f"{args.camera}, {stamp(args.camera)}",
        "--config": f"{args.config}, {model.config_digest}",
        "--checkpoint": ", ".join(f"{file}, {stamp(file)}" for file in model.files),
        "--engine": args.engine,
        "--amp": args.amp,
        "--score-threshold": threshold,
        "--every": args.every,
        "--max-frames": args.max_frames,
        "--fps": args.fps,
    }


def _check(args: argparse.Namespace, shards: int) -> None:
    """Refuse what cannot be, before anything is loaded."""
    from mmsynloc.utils import check_file, check_folder

    if shards > 1 and args.video is not None:
        raise UserError("--video: a shared run makes none; draw the pictures of its output in one process")
    check_file(args.out, "--out")
    if args.fps is not None and not 0 < args.fps <= _MOST_FPS:
        raise UserError(f"--fps {args.fps}: a positive number of at most {_MOST_FPS} is needed")
    if args.video is not None:
        if args.video.suffix.lower() not in _VIDEO_SUFFIXES:
            raise UserError(f"--video {args.video}: name a file that ends in .mp4")
        check_file(args.video, "--video")
    if args.vis_dir is not None:
        check_folder(args.vis_dir, "--vis-dir")


def _check_outputs(args: argparse.Namespace, sources: Sequence[Source]) -> None:
    """Refuse outputs that are inputs, or would be those of the next run."""
    from mmsynloc.files.camera_kinds import camera_files

    cameras = camera_files(Path(args.camera)) if os.path.isdir(args.camera) else ()
    read = [args.camera, args.config, args.checkpoint, *args.inputs, *cameras]
    for source in sources:
        read += source.paths
    for flag, written in (("--out", args.out), ("--video", args.video), ("--vis-dir", args.vis_dir)):
        refuse_overwriting(flag, written, read)
    in_cameras = os.path.isdir(args.camera) and args.out.resolve().is_relative_to(Path(args.camera).resolve())
    if in_cameras and args.out.suffix.lower() == ".json":
        raise UserError(f"--out {args.out}: is in {args.camera}, whose JSON files this command reads: name another")
    if args.vis_dir is not None:
        _check_pictures(args.vis_dir.resolve(), args, sources)


def _check_pictures(vis_dir: Path, args: argparse.Namespace, sources: Sequence[Source]) -> None:
    """Refuse pictures among images that a pattern or a folder names: the next run would take them for frames."""
    images = Counter(Path(path).parent.resolve() for source in sources for path in source.paths)
    among = [folder for folder in filter(os.path.isdir, args.inputs) if vis_dir.is_relative_to(Path(folder).resolve())]
    if among or images[vis_dir] > 1:
        folder = among[0] if among else args.vis_dir
        raise UserError(f"--vis-dir {args.vis_dir}: is in {folder}, whose images this command reads: name another")


def _check_times(args: argparse.Namespace, sources: Sequence[Source]) -> None:
    """Refuse options that do not fit how the inputs run in time."""
    if args.fps is not None and all(source.fps != args.fps for source in sources):
        raise UserError("--fps is of images that are a sequence in time; a video or a stream has its own")
    if args.resume and any(source.live for source in sources):
        raise UserError(
            "--resume: a stream cannot be read again; start anew with another --out "
            f"({args.out}.parts has what was found)"
        )
    if args.track:
        _check_track(sources)


def _check_track(sources: Sequence[Source]) -> None:
    from mmsynloc.tracking.link import require_tracker

    require_tracker()
    if len(sources) > 1:
        raise UserError(
            f"--track follows athletes over the frames of one video, or one folder; {len(sources)} are named"
        )
    if not sources[0].live and sources[0].fps is None:
        raise UserError("--track needs times: name a video, or the frames a second of these images with --fps")


def _warn_of_turned_images(sources: Sequence[Source]) -> None:
    """By the first image of each folder: all are of one camera."""
    from mmsynloc.files.image_probe import orientation_warning

    for source in sources:
        for warning in filter(None, map(orientation_warning, source.paths[:1])):
            print(f"WARNING  {warning}", file=sys.stderr)


class _Model(NamedTuple):
    """The files of the weights, what the config says, the threshold, and what loads them."""

    files: list[str]
    config_digest: str
    score_threshold: float | None
    make_backend: Callable[[], Backend]


def _find_model(args: argparse.Namespace) -> _Model:
    from mmsynloc.apis.inferencer.run_identity import digest
    from mmsynloc.apis.inferencer.synloc_inferencer import find_model, is_exported, open_exported

    if is_exported(args.checkpoint):
        for flag, value in (("--config", args.config), ("--device", args.device)):
            if value is not None:
                raise UserError(f"{flag}: has no effect on an exported model, {args.checkpoint}; leave it out")
        backend, chosen = open_exported(args.checkpoint, args.engine or "onnxruntime", args.amp)
        return _Model(backend.files, "", chosen, lambda: backend)
    if args.engine is not None:
        raise UserError(f"--engine {args.engine}: runs an .onnx of mmsynloc export; name it with --checkpoint")
    found = find_model(args.config, args.checkpoint)

    def in_torch() -> Backend:
        from mmsynloc.apis.inferencer.torch_backend import TorchBackend

        return TorchBackend(found.cfg, found.checkpoint, args.device, args.amp)

    return _Model([found.checkpoint], digest([repr(found.cfg.to_dict())]), found.score_threshold, in_torch)


def _plan(args: argparse.Namespace) -> tuple[InferJob, Callable[[], SynLocInferencer]]:
    """The job, and what loads its model."""
    from mmsynloc.apis.inferencer.formats import choose_format
    from mmsynloc.apis.inferencer.frame_cameras import camera_finder
    from mmsynloc.apis.inferencer.frames import Selection
    from mmsynloc.apis.inferencer.job import InferJob
    from mmsynloc.apis.inferencer.pictures import PictureWriter
    from mmsynloc.apis.inferencer.sources import open_sources
    from mmsynloc.apis.inferencer.synloc_inferencer import SynLocInferencer
    from mmsynloc.apis.threshold import require_chosen

    shard, shards = _shard(args.shard)
    form = choose_format(args.out, args.format)
    if form.needs_tracks and not args.track:
        raise UserError(f"--format {args.format} follows players over time: add --track")
    _check(args, shards)
    sources = open_sources(args.inputs, args.fps)
    _check_outputs(args, sources)
    _warn_of_turned_images(sources)
    find_camera = camera_finder(args.camera)
    _check_times(args, sources)
    model = _find_model(args)
    chosen = args.score_threshold
    if chosen is None:
        chosen = require_chosen(model.files[0], model.score_threshold)
    kept = 0.0 if form.keeps_all and args.score_threshold is None else chosen
    fps = next((source.fps for source in sources if source.fps), 25.0) / args.every
    pictures = PictureWriter(args.vis_dir, args.video, args.view, fps, chosen) if args.vis_dir or args.video else None
    job = InferJob(
        sources=sources,
        find_camera=find_camera,
        selection=Selection(args.every, args.max_frames, shard, shards),
        out=args.out,
        form=form,
        run=_identify(args, sources, model, kept),
        pictures=pictures,
        track=args.track,
        resume=args.resume,
        progress=not args.no_progress,
    )
    options: dict[str, Any] = {"batch_size": args.batch_size, "score_threshold": kept}
    return job, lambda: SynLocInferencer(**options, backend=model.make_backend())


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> int:
    args = parse_args(argv, prog)
    hide_upstream_warnings()
    from mmsynloc.apis.inferencer.job import run_job

    job, make_inferencer = _plan(args)
    try:
        result = run_job(job, make_inferencer)
    except KeyboardInterrupt:
        print(f"{args.out}: the same command with --resume goes on", file=sys.stderr)
        raise
    _report(args.out, job, result)
    # A launcher stops the other processes of a shared run when one has failed: only the last to end says so.
    failed = result.missing > 0 if result.written else job.selection.shards == 1
    return int(failed)


def _report(out: Path, job: InferJob, result: JobResult) -> None:
    if result.written:
        horizon = f", {result.over_horizon} over the horizon, without a position" if result.over_horizon else ""
        print(f"{out}: {_counted(result.athletes, 'athlete')} in {_counted(result.frames, 'frame')}{horizon}")
    else:
        part = f"part {job.selection.shard + 1} of {job.selection.shards} is done"
        print(f"{out}: {part}; it is written once all are")
    for line in result.foreign:
        print(f"WARNING  {line}; the output waits until it is done with the same settings", file=sys.stderr)
    if result.missing:
        word = "error: " if result.written else "WARNING  "
        have = "input has" if result.missing == 1 else "inputs have"
        print(f"{word}{result.missing} {have} no result; --resume tries these alone again", file=sys.stderr)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
