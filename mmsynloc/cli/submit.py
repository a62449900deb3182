"""Make a submission zip of a model or of saved predictions, or check one.

%(prog)s CONFIG CHECKPOINT --split test|challenge --out submission.zip
%(prog)s --results fused.json --threshold-from val_stats.json --ann-file annotations/test.json --out submission.zip
%(prog)s --check submission.zip --ann-file annotations/challenge_public.json
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmsynloc.apis.submission_check import check_submission
from mmsynloc.apis.submission_positions import ensure_positions
from mmsynloc.cli.flags import add_common_flags, add_stage_flags, apply_show_flags, apply_stage_flags, finite
from mmsynloc.datasets.preparation.layout import SPLITS
from mmsynloc.files import read_json, write_submission
from mmsynloc.utils import UserError, atomic_write, dump_json, refuse_overwriting
from mmsynloc.version import __version__

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=prog, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", nargs="?", help="config file")
    parser.add_argument("checkpoint", nargs="?", help="checkpoint file, or ours: mmsynloc::demo_synloc.pth")
    parser.add_argument("--split", choices=SPLITS[1:], help="default: challenge")
    parser.add_argument("--out", help="default: submission.zip")
    parser.add_argument(
        "--score-threshold", type=finite, help="use this in place of the threshold that validation chose"
    )
    parser.add_argument("--results", metavar="FILE", help="pack these predictions, for example an ensemble's")
    parser.add_argument(
        "--threshold-from", metavar="FILE", help="take the threshold from these statistics of val (evaluate --out)"
    )
    parser.add_argument("--check", metavar="ZIP", help="only check this zip, against --ann-file")
    parser.add_argument("--ann-file", help="annotation file of the split, for --check and --results")
    add_stage_flags(parser)
    add_common_flags(parser)
    args = parser.parse_args(argv)
    if args.check is None and args.results is None and (args.config is None or args.checkpoint is None):
        parser.error("CONFIG and CHECKPOINT are needed, or --results FILE, or --check ZIP --ann-file FILE")
    if (args.check or args.results) and args.ann_file is None:
        parser.error(f"--{'check' if args.check else 'results'} needs --ann-file")
    if args.results and (args.threshold_from is None) == (args.score_threshold is None):
        parser.error("--results needs --threshold-from or --score-threshold, one of them")
    if args.threshold_from and not (args.check or args.results):
        parser.error("--threshold-from goes with --results; a model has the threshold that its validation chose")
    _refuse_unused(parser, args)
    args.split = args.split or ("challenge" if args.config else None)
    args.out = "submission.zip" if args.out is None else args.out
    return args


def _refuse_unused(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """Refuse arguments that play no part: a zip is only checked, results are only packed, a config names its files."""
    if args.check is not None:
        task, used = "--check looks at a zip", {"check", "ann_file"}
    elif args.results is not None:
        task = "--results packs what is there"
        used = {"results", "ann_file", "threshold_from", "score_threshold", "out"}
    else:
        task, used = "the config names the annotation file", set(vars(args)) - {"ann_file"}
    used |= {"launcher", "local_rank"}
    given = {name for name, value in vars(args).items() if value != parser.get_default(name)}
    names = {"config": "CONFIG", "checkpoint": "CHECKPOINT"}
    unused = [names.get(name, f"--{name.replace('_', '-')}") for name in vars(args) if name in given - used]
    if unused:
        parser.error(f"{task}; {', '.join(unused)} would play no part")


def report(path: str, annotations: str | Path, name: str | None = None) -> int:
    """Print what a check found; returns the exit status."""
    found = check_submission(path, annotations)
    for text in found.problems:
        print(f"WRONG    {text}")
    for text in found.warnings:
        print(f"WARNING  {text}")
    counts = ", ".join(f"{number} {name}" for name, number in found.counts.items())
    print(f"{name or path}: {'not valid' if found.problems else 'valid'} ({counts})")
    return 1 if found.problems else 0


def pack(results_file: str | Path, threshold: float, annotations: str | Path, args: argparse.Namespace) -> int:
    """Zip predictions, check the zip, and only then put it in its place, with a file that says whence the threshold is.

    Returns:
        The exit status.
    """
    with tempfile.TemporaryDirectory() as folder:
        checked = Path(folder) / "submission.zip"
        results_file, keypoint_index = ensure_positions(results_file, annotations, Path(folder) / "placed.json")
        write_submission(results_file, threshold, checked, keypoint_index)
        if report(str(checked), annotations, args.out):
            print(f"{args.out}: not written")
            return 1
        with atomic_write(args.out) as temporary:
            shutil.copyfile(checked, temporary)
    if Path(args.out).is_file():  # no stream
        dump_json(provenance(args, threshold), _threshold_file(args.out), indent=1)
    return 0


def _refuse_overwriting(args: argparse.Namespace, read: Sequence[str | Path | None]) -> None:
    for written in (args.out, _threshold_file(args.out)):
        refuse_overwriting("--out", written, read)


def _threshold_file(out: str) -> Path:
    return Path(out).with_suffix(".threshold.json")


def provenance(args: argparse.Namespace, threshold: float) -> dict[str, Any]:
    """Where a submission's score threshold is from, and what made its predictions."""
    source = args.threshold_from or (f"validation of {args.checkpoint}" if args.score_threshold is None else None)
    made_by = {
        name: getattr(args, name) for name in ("config", "checkpoint", "split", "tiles", "detections", "results")
    }
    return {
        "score_threshold": threshold,
        "chosen_by": source or "--score-threshold",
        "predictions": {name: value for name, value in made_by.items() if value is not None},
        "mmsynloc": __version__,
    }


def submit(args: argparse.Namespace) -> int:
    """Predict, pack and check."""
    from mmengine.dist import is_main_process

    from mmsynloc.apis import load_config
    from mmsynloc.apis.prediction import ann_file, predict_split
    from mmsynloc.apis.settings import annotation_files
    from mmsynloc.apis.test_options import require_boxes
    from mmsynloc.utils import check_file

    cfg = load_config(args.config, args.cfg_options, args.work_dir)
    apply_show_flags(cfg, args)
    apply_stage_flags(cfg, args)
    require_boxes(cfg, saved=True)
    check_file(args.out, "--out")
    annotations = ann_file(cfg, args.split)
    _refuse_overwriting(args, [annotations, *annotation_files(cfg)])
    with tempfile.TemporaryDirectory() as folder:
        results_file = Path(folder) / "results.json"
        threshold = predict_split(cfg, args.checkpoint, args.split, results_file, args.score_threshold)
        if not is_main_process():
            return 0
        return pack(results_file, threshold, annotations, args)


def submit_results(args: argparse.Namespace) -> int:
    """Pack and check predictions that were made before."""
    threshold = args.score_threshold
    if threshold is None:
        threshold = read_threshold(args.threshold_from)
    return pack(args.results, threshold, args.ann_file, args)


def read_threshold(path: str | Path) -> float:
    """The score threshold in the statistics that ``evaluate --out`` writes.

    Raises:
        UserError: the file is missing, broken, or has none.
    """
    held = read_json(path)
    stats = held.get("stats", held) if isinstance(held, dict) else None
    threshold = stats.get("score_threshold") if isinstance(stats, dict) else None
    try:
        if isinstance(threshold, (int, float)) and not isinstance(threshold, bool):
            return float(threshold)
    except OverflowError:  # an integer of 400 digits
        pass
    raise UserError(f"{path}: it has no number score_threshold; evaluate --out writes one")


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> int:
    args = parse_args(argv, prog)
    if args.check is not None:
        return report(args.check, args.ann_file)
    if not Path(args.out).name:
        raise UserError(f"--out {args.out!r}: a folder, not a file")
    _refuse_overwriting(
        args, [args.config, args.checkpoint, args.results, args.ann_file, args.threshold_from, args.detections]
    )
    return submit(args) if args.results is None else submit_results(args)
