"""Measure speed side by side with upstream and write it as JSON.

    python tools/analysis/benchmark.py pipeline --out pipeline.json
    python tools/analysis/benchmark.py annotations --out annotations.json
    python tools/analysis/benchmark.py locsim --out locsim.json
    python tools/analysis/benchmark.py assigner --out assigner.json
    python tools/analysis/benchmark.py train_step --out train_step.json
    python tools/analysis/benchmark.py start --out start.json
    python tools/analysis/benchmark.py two_stages --out two_stages.json
    python tools/analysis/benchmark.py tracking --out tracking.json
    python tools/analysis/benchmark.py inference --out inference.json
    python tools/analysis/benchmark.py real_frame --root FOLDER --out real_frame.json

Each sub-command but the last makes its own data. All print a table and write
``{case: {"ours", "upstream", "ratio", "unit"}}``; a ratio over 1 means that ours is better.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import mmsynloc  # noqa: F401  closes the gaps before MMPose is imported
from mmsynloc.analysis.benchmark import format_report
from mmsynloc.utils import UserError, dump_json, run_tool


def _pipeline(args: argparse.Namespace) -> dict[str, dict]:
    from mmsynloc.analysis.benchmark_pipeline import benchmark_pipeline

    return benchmark_pipeline(args.rounds, args.images, tuple(args.input_size), args.copy_width)


def _annotations(args: argparse.Namespace) -> dict[str, dict]:
    from mmsynloc.analysis.benchmark_annotations import benchmark_annotations

    return benchmark_annotations(args.images, args.annotations, not args.skip_upstream)


def _locsim(args: argparse.Namespace) -> dict[str, dict]:
    from mmsynloc.analysis.benchmark_locsim import benchmark_locsim

    return benchmark_locsim(args.images, args.detections, not args.skip_large)


def _assigner(args: argparse.Namespace) -> dict[str, dict]:
    from mmsynloc.analysis.benchmark_assigner import benchmark_assigner

    return benchmark_assigner(args.rounds, args.batch, args.athletes, tuple(args.input_size))


def _train_step(args: argparse.Namespace) -> dict[str, dict]:
    from mmsynloc.analysis.benchmark_train_step import benchmark_train_step

    return benchmark_train_step(args.rounds, args.batch, args.athletes, tuple(args.input_size), args.model)


def _start(args: argparse.Namespace) -> dict[str, dict]:
    from mmsynloc.analysis.benchmark_start import benchmark_start

    return benchmark_start(args.rounds)


def _real_frame(args: argparse.Namespace) -> dict[str, dict]:
    from mmsynloc.analysis.benchmark_real_frame import benchmark_real_frame

    return benchmark_real_frame(args.root, args.config, args.checkpoint)


def _add_weights(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", default="mmsynloc::demo_synloc.py", help="default: %(default)s")
    parser.add_argument("--checkpoint", default="mmsynloc::demo_synloc.pth", help="default: %(default)s")


def _add_real_frame(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    parser = commands.add_parser("real_frame", help="what trained weights find on real frames")
    parser.add_argument("--root", required=True, help="data set whose test split holds the real frames")
    _add_weights(parser)
    parser.set_defaults(run=_real_frame)
    return parser


def _inference(args: argparse.Namespace) -> dict[str, dict]:
    from mmsynloc.analysis.benchmark_inference import benchmark_inference

    return benchmark_inference(args.root, args.config, args.checkpoint, args.images)


def _add_inference(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "inference", help="seconds an image in torch, onnxruntime and OpenVINO, and mAP-LocSim"
    )
    parser.add_argument("--root", type=Path, help="data set whose test split is taken (default: a small one is made)")
    parser.add_argument("--images", type=int, default=64, help="at most so many (default: 64)")
    _add_weights(parser)
    parser.set_defaults(run=_inference)
    return parser


def _tracking(args: argparse.Namespace) -> dict[str, dict]:
    from mmsynloc.analysis.benchmark_tracking import benchmark_tracking

    return benchmark_tracking(args.frames, args.people)


def _add_tracking(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "tracking", help="switches and errors of tracks in a rendered clip; upstream: unsmoothed"
    )
    parser.add_argument("--frames", type=int, default=100, help="at 25 a second (default: 100)")
    parser.add_argument("--people", type=int, default=22, help="default: 22")
    parser.set_defaults(run=_tracking)
    return parser


def _two_stages(args: argparse.Namespace) -> dict[str, dict]:
    from mmsynloc.analysis.benchmark_two_stages import benchmark_two_stages

    return benchmark_two_stages(args.rounds, args.crops, args.config)


def _add_two_stages(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    parser = commands.add_parser("two_stages", help="what the second stage costs beside the first")
    parser.add_argument("--rounds", type=int, default=10, help="frames that are timed (default: 10)")
    parser.add_argument("--crops", type=int, default=20, help="athletes in the frame (default: 20)")
    parser.add_argument("--config", default="mmsynloc::demo_synloc-twostage.py", help="default: %(default)s")
    parser.set_defaults(run=_two_stages)
    return parser


def _add_start(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    parser = commands.add_parser("start", help="seconds and memory until the commands are ready to work")
    parser.add_argument("--rounds", type=int, default=5, help="starts of each command (default: 5)")
    parser.set_defaults(run=_start)
    return parser


def _add_pipeline(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    parser = commands.add_parser("pipeline", help="training samples a second on one core, from 4K JPEGs")
    parser.add_argument("--rounds", type=int, default=48, help="samples that are timed (default: 48)")
    parser.add_argument("--images", type=int, default=24, help="4K frames that are made (default: 24)")
    parser.add_argument("--input-size", type=int, nargs=2, default=(640, 640), metavar=("W", "H"))
    parser.add_argument("--copy-width", type=int, default=1280, help="of the resized copies (default: 1280)")
    parser.set_defaults(run=_pipeline)
    return parser


def _add_annotations(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    parser = commands.add_parser("annotations", help="seconds and memory of loading a training set's annotations")
    parser.add_argument("--images", type=int, default=42_504, help="default: 42504, as in the training set")
    parser.add_argument("--annotations", type=int, default=668_259, help="default: 668259, as in the training set")
    parser.add_argument("--skip-upstream", action="store_true", help="load with ours alone")
    parser.set_defaults(run=_annotations)
    return parser


def _add_locsim(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    parser = commands.add_parser("locsim", help="seconds of scoring results, against the development kit's evaluator")
    parser.add_argument("--images", type=int, default=500, help="default: 500")
    parser.add_argument("--detections", type=int, default=60, help="in each image (default: 60)")
    parser.add_argument("--skip-large", action="store_true", help="leave out the test split of 9,309 images")
    parser.set_defaults(run=_locsim)
    return parser


def _add_assigner(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    parser = commands.add_parser("assigner", help="targets of a batch: seconds, launches and waits")
    parser.add_argument("--rounds", type=int, default=10, help="batches that are timed (default: 10)")
    parser.add_argument("--batch", type=int, default=16, help="images of a batch (default: 16)")
    parser.add_argument("--athletes", type=int, default=20, help="in each image (default: 20)")
    parser.add_argument("--input-size", type=int, nargs=2, default=(640, 640), metavar=("W", "H"))
    parser.set_defaults(run=_assigner)
    return parser


def _add_train_step(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    parser = commands.add_parser("train_step", help="images a second of a whole training step")
    parser.add_argument("--rounds", type=int, default=5, help="steps that are timed (default: 5)")
    parser.add_argument("--batch", type=int, help="images of a step (default: 64, without a GPU 2)")
    parser.add_argument("--athletes", type=int, default=20, help="in each image (default: 20)")
    parser.add_argument("--input-size", type=int, nargs=2, default=(640, 640), metavar=("W", "H"))
    parser.add_argument("--model", choices=["nano", "tiny", "s", "m", "l"], help="default: s, without a GPU nano")
    parser.set_defaults(run=_train_step)
    return parser


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for add in (
        _add_pipeline,
        _add_annotations,
        _add_locsim,
        _add_assigner,
        _add_train_step,
        _add_start,
        _add_two_stages,
        _add_real_frame,
        _add_tracking,
        _add_inference,
    ):
        add(commands).add_argument("--out", required=True, metavar="FILE", help="JSON file to write")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    numbers = [value for value in vars(args).values() if type(value) is int]
    if min(numbers, default=1) < 1:
        raise UserError("all numbers must be at least 1")
    report = args.run(args)
    dump_json(report, args.out, indent=1)
    print(format_report(report))


if __name__ == "__main__":
    run_tool(main)
