"""Make a submission zip, or check one.

%(prog)s CONFIG CHECKPOINT --split test|challenge --out submission.zip
%(prog)s --check submission.zip --ann-file annotations/challenge_public.json
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mmsynloc.apis.submission_check import check_submission
from mmsynloc.cli.flags import add_common_flags, add_stage_flags, apply_show_flags, apply_stage_flags, finite
from mmsynloc.datasets.preparation.layout import SPLITS
from mmsynloc.files import write_submission

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=prog, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", nargs="?", help="config file")
    parser.add_argument("checkpoint", nargs="?", help="checkpoint file, or ours: mmsynloc::demo_synloc.pth")
    parser.add_argument("--split", choices=SPLITS[1:], default="challenge", help="default: challenge")
    parser.add_argument("--out", default="submission.zip", help="default: submission.zip")
    parser.add_argument(
        "--score-threshold", type=finite, help="use this in place of the threshold that validation chose"
    )
    parser.add_argument("--check", metavar="ZIP", help="only check this zip, against --ann-file")
    parser.add_argument("--ann-file", help="annotation file of the split, for --check")
    add_stage_flags(parser)
    add_common_flags(parser)
    args = parser.parse_args(argv)
    if args.check is None and (args.config is None or args.checkpoint is None):
        parser.error("CONFIG and CHECKPOINT are needed, or --check ZIP --ann-file FILE")
    if args.check is not None and args.ann_file is None:
        parser.error("--check needs --ann-file")
    return args


def report(path: str, annotations: str | Path) -> int:
    """Print what a check found; returns the exit status."""
    found = check_submission(path, annotations)
    for text in found.problems:
        print(f"WRONG    {text}")
    for text in found.warnings:
        print(f"WARNING  {text}")
    counts = ", ".join(f"{number} {name}" for name, number in found.counts.items())
    print(f"{path}: {'not valid' if found.problems else 'valid'} ({counts})")
    return 1 if found.problems else 0


def submit(args: argparse.Namespace) -> int:
    """Predict, pack and check."""
    from mmengine.dist import is_main_process

    from mmsynloc.apis import load_config
    from mmsynloc.apis.prediction import ann_file, predict_split
    from mmsynloc.apis.preflight import check_file

    cfg = load_config(args.config, args.cfg_options, args.work_dir)
    apply_show_flags(cfg, args)
    apply_stage_flags(cfg, args)
    check_file(args.out, "--out")
    with tempfile.TemporaryDirectory() as folder:
        results_file = Path(folder) / "results.json"
        threshold = predict_split(cfg, args.checkpoint, args.split, results_file, args.score_threshold)
        if not is_main_process():
            return 0
        write_submission(results_file, threshold, args.out)
    return report(args.out, ann_file(cfg, args.split))


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> int:
    args = parse_args(argv, prog)
    return submit(args) if args.check is None else report(args.check, args.ann_file)
