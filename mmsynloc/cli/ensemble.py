"""Fuse the results of several models on the ground, in metres.

    %(prog)s one.json two.json --ann-file test.json --out fused.json
    %(prog)s one.json two.json --ann-file test.json --weights 2 1 --out fused.json

Detections of different results within the radius become one: its place, box and keypoints are means by score, its
score the mean over all results, where one without the athlete counts as 0. Scores are lower than before, so choose the
threshold anew, on the validation results fused in the same way. docs/test_time.md says what it gains.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mmsynloc.cli.flags import finite, show_warnings_plainly
from mmsynloc.utils import UserError, refuse_overwriting

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=prog, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", metavar="RESULTS", nargs="+", help="two or more results JSON or submission zips")
    parser.add_argument("--ann-file", required=True, help="annotation JSON of the split, for its cameras")
    parser.add_argument("--weights", type=finite, nargs="+", help="one for each of RESULTS (default: equal)")
    parser.add_argument("--radius", type=finite, help="metres between detections of one athlete (default: 0.6)")
    parser.add_argument("--out", metavar="FILE", required=True, help="the results JSON to write")
    parser.add_argument("--no-progress", action="store_true", help="no progress bar")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    show_warnings_plainly()
    from mmsynloc.ensemble import RADIUS_M, fuse_files

    if Path(args.out).suffix.lower() == ".zip":
        raise UserError(f"--out {args.out}: the results are written as JSON; `mmsynloc submit --results` makes the zip")
    refuse_overwriting("--out", args.out, [args.ann_file, *args.results])
    radius_m = RADIUS_M if args.radius is None else args.radius
    number = fuse_files(args.ann_file, args.results, args.out, args.weights, radius_m, not args.no_progress)
    print(f"{args.out}: {number:,} detections of {len(args.results)} results")
