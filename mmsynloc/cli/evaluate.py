"""Score saved predictions against an annotation file, without a model.

    %(prog)s --ann-file val.json --results results.json --out stats.json

Prints the 17 statistics of the SynLoc task and writes them with ``--out``. Without ``--score-threshold`` the
threshold with the best F1 on these very data is chosen, which is right on validation data only.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence

from mmsynloc.evaluation import format_stats, score_files
from mmsynloc.evaluation.io import POSITION_SOURCES
from mmsynloc.utils import dump_json

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=prog, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ann-file", required=True, help="annotation JSON in the official layout")
    parser.add_argument("--results", required=True, help="results JSON: a list of detections")
    parser.add_argument("--position-from", choices=POSITION_SOURCES, default="keypoint", help="default: keypoint")
    parser.add_argument("--keypoint-index", type=int, default=1, help="keypoint of the position (default: 1)")
    parser.add_argument("--score-threshold", type=float, help="default: the best on these data")
    parser.add_argument("--tau", type=float, default=1.0, help="metres at which LocSim is 0.05 (default: 1)")
    parser.add_argument("--img-ids", metavar="FILE", help="JSON list of the image ids to score (default: all)")
    parser.add_argument("--box-ap", action="store_true", help="also score the boxes by IoU, as COCO does")
    parser.add_argument("--out", metavar="FILE", help="write the statistics as JSON")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    warnings.showwarning = lambda message, *_: print(f"warning: {message}", file=sys.stderr)
    result = score_files(
        args.ann_file,
        args.results,
        args.img_ids,
        position_from=args.position_from,
        keypoint_index=args.keypoint_index,
        tau_m=args.tau,
        score_threshold=args.score_threshold,
        box_ap=args.box_ap,
    )
    print(format_stats(result.stats, result.tau_m, result.box_stats))
    if args.out:
        report = {
            "position_from": args.position_from,
            "position_from_keypoint_index": args.keypoint_index if args.position_from == "keypoint" else None,
            "score_threshold": args.score_threshold,
            "tau": args.tau,
            "stats": result.stats,
        }
        if result.box_stats is not None:
            report["box_stats"] = result.box_stats
        dump_json(report, args.out, indent=1)
