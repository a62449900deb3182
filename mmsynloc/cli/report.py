"""Show where results lose points: one HTML page that needs no other file.

    %(prog)s test.json results.json --out report.html --images DATA/test
    %(prog)s test.json old.json new.json --val-ann val.json --val-results old_val.json new_val.json

What to do next; scores with intervals; what misses, false positives, duplicates, ranking and position cost; errors
by distance, size, occlusion, edge of frame, camera and position on the pitch; the score threshold; the worst images.
Of several results, each is compared with the first. docs/evaluation.md explains the page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from mmsynloc.utils import refuse_overwriting

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=prog, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ann_file", metavar="ANN", help="annotation JSON in the official layout")
    parser.add_argument("results", metavar="RESULTS", nargs="+", help="results JSON or submission zip")
    parser.add_argument("--out", metavar="FILE", default="report.html", help="default: %(default)s")
    parser.add_argument("--images", metavar="DIR", help="folder of the images, to show the worst ones")
    parser.add_argument("--val-ann", metavar="FILE", help="annotations of the validation data")
    parser.add_argument(
        "--val-results",
        metavar="FILE",
        nargs="+",
        default=[],
        help="results for them, one for each of RESULTS, on which the score threshold is chosen (default: that of a "
        "submission, or the best on ANN)",
    )
    parser.add_argument("--no-progress", action="store_true", help="no progress bar")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    from mmsynloc.apis.error_report import write_error_report

    read = [args.ann_file, *args.results, args.val_ann, *(args.val_results or ())]
    refuse_overwriting("--out", args.out, read)
    reports = write_error_report(
        args.ann_file,
        args.results,
        args.out,
        images=args.images,
        val_ann_file=args.val_ann,
        val_results_files=args.val_results,
        progress=not args.no_progress,
    )
    for report in reports:
        for note in report.notes:
            print(f"WARNING: {note}", file=sys.stderr)
        scores = ", ".join(f"{stats['AP']:.3f} (tau {tau:g} m)" for tau, stats in report.stats.items())
        print(f"{report.name}: mAP-LocSim {scores}")
        for number, advice in enumerate(report.advice, 1):
            print(f"  {number}. {advice.text}")
    print(f"See {args.out}")
