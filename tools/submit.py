"""Make a submission zip, or check one.

tools/submit.py CONFIG CHECKPOINT --split test|challenge --out submission.zip
tools/submit.py --check submission.zip --ann-file annotations/challenge_public.json
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from mmengine.dist import is_main_process

from mmsynloc.apis import load_config
from mmsynloc.apis.command_line import add_common_flags, apply_show_flags
from mmsynloc.apis.prediction import SPLITS, ann_file, predict_split
from mmsynloc.apis.submission_check import check_submission
from mmsynloc.config_scope import checkpoint_path
from mmsynloc.files import write_submission
from mmsynloc.utils import UserError, run_tool


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", nargs="?", help="config file")
    parser.add_argument("checkpoint", nargs="?", help="checkpoint file, or ours: mmsynloc::demo_synloc.pth")
    parser.add_argument("--split", choices=list(SPLITS), default="challenge", help="default: challenge")
    parser.add_argument("--out", default="submission.zip", help="default: submission.zip")
    parser.add_argument(
        "--score-threshold", type=float, help="use this in place of the threshold that validation chose"
    )
    parser.add_argument("--check", metavar="ZIP", help="only check this zip, against --ann-file")
    parser.add_argument("--ann-file", help="annotation file of the split, for --check")
    add_common_flags(parser)
    args = parser.parse_args()
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
    cfg = load_config(args.config, args.cfg_options, args.work_dir)
    apply_show_flags(cfg, args)
    annotations = ann_file(cfg, args.split)
    if not annotations.is_file():
        raise UserError(f"{annotations}: no such file; set SYNLOC_ROOT to the data set's folder")
    with tempfile.TemporaryDirectory() as folder:
        results_file = Path(folder) / "results.json"
        checkpoint = checkpoint_path(args.checkpoint)
        threshold = predict_split(cfg, checkpoint, args.split, results_file, args.score_threshold)
        if not is_main_process():
            return 0
        write_submission(results_file, threshold, args.out)
    return report(args.out, annotations)


def main() -> int:
    args = parse_args()
    return submit(args) if args.check is None else report(args.check, args.ann_file)


if __name__ == "__main__":
    run_tool(main)
