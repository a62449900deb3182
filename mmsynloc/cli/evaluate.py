"""Score saved predictions, or a submission, against an annotation file, without a model.

    %(prog)s --ann-file val.json --results results.json --out stats.json
    %(prog)s --ann-file test.json --results submission.zip
    %(prog)s --ann-file person_keypoints_val.json --results results.json --keypoints-3d fifa15

Prints the 17 statistics of the SynLoc task and writes them with ``--out``. Without ``--score-threshold`` the
threshold with the best F1 on these data is chosen, which is right on validation data only; a submission brings
its own, and names the source of positions. With ``--keypoints-3d`` it is the 15 statistics of the mean LocSim over
3D keypoints, and positions play no part. ``--oracles`` adds mAP-LocSim with the truth in place of one part of the
prediction: boxes, points or ranking. ``mmsynloc report`` shows where points are lost.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Any

from mmsynloc.cli.flags import show_warnings_plainly
from mmsynloc.evaluation import (
    POSITION_SOURCES,
    LocSimResult,
    format_keypoint_stats,
    format_stats,
    score_detections,
    score_keypoints_3d,
)
from mmsynloc.evaluation.functional import KEYPOINT_SUBSETS
from mmsynloc.evaluation.oracles import score_oracles
from mmsynloc.evaluation.report import format_oracles
from mmsynloc.evaluation.scoring import position_options, read_detections
from mmsynloc.files import read_annotations, read_json
from mmsynloc.utils import dump_json, refuse_overwriting

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=prog, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ann-file", required=True, help="annotation JSON in the official layout")
    parser.add_argument("--results", required=True, help="results JSON, a list of detections; or a submission zip")
    parser.add_argument("--position-from", choices=POSITION_SOURCES, help="default: keypoint, where there are any")
    parser.add_argument("--keypoint-index", type=int, help="keypoint of the position (default: 1)")
    parser.add_argument("--score-threshold", type=float, help="default: the best on these data")
    parser.add_argument("--tau", type=float, default=1.0, help="metres at which LocSim is 0.05 (default: 1)")
    parser.add_argument("--img-ids", metavar="FILE", help="JSON list of the image ids to score (default: all)")
    parser.add_argument("--box-ap", action="store_true", help="also score the boxes by IoU, as COCO does")
    parser.add_argument("--oracles", action="store_true", help="also print what a perfect part would score")
    parser.add_argument(
        "--keypoints-3d",
        choices=list(KEYPOINT_SUBSETS),
        metavar="SUBSET",
        help=f"score keypoints_3d instead of positions, these of BODY_25's joints: {', '.join(KEYPOINT_SUBSETS)}",
    )
    parser.add_argument("--out", metavar="FILE", help="write the statistics as JSON")
    args = parser.parse_args(argv)
    if args.keypoints_3d and (args.position_from or args.keypoint_index is not None or args.box_ap or args.oracles):
        parser.error("--keypoints-3d does not go with --position-from, --keypoint-index, --box-ap or --oracles")
    if args.keypoint_index is not None and args.position_from not in (None, "keypoint"):
        parser.error(f"--keypoint-index does not go with --position-from {args.position_from}")
    if args.keypoint_index is not None and args.keypoint_index < 0:
        parser.error("--keypoint-index counts from 0")
    if args.out is not None and not os.path.basename(args.out):
        parser.error(f"--out {args.out!r}: a folder, not a file")
    return args


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    show_warnings_plainly()
    refuse_overwriting("--out", args.out, [args.ann_file, args.results, args.img_ids])
    annotations = read_annotations(args.ann_file, keypoints_3d=bool(args.keypoints_3d))
    detections, stated = read_detections(args.results)
    img_ids = None if args.img_ids is None else read_json(args.img_ids, list[int])
    annotations.choose_images(img_ids, str(args.img_ids))
    says_where = args.keypoint_index is not None or args.position_from not in (None, "keypoint")
    if not says_where and not args.keypoints_3d:
        stated = position_options(detections, stated)
    options: dict[str, Any] = {"position_from": "keypoint", "keypoint_index": 1, "score_threshold": None, **stated}
    options |= {name: value for name in options if (value := getattr(args, name)) is not None}
    shared: dict[str, Any] = {"tau_m": args.tau, "img_ids": img_ids}
    if args.keypoints_3d:
        subset, threshold = args.keypoints_3d, options["score_threshold"]
        stats = score_keypoints_3d(annotations, detections, subset, score_threshold=threshold, **shared).stats
        lines = [format_keypoint_stats(stats, subset, args.tau)]
        report = {"keypoints_3d": subset, "score_threshold": threshold, "tau": args.tau, "stats": stats}
    else:
        result = score_detections(annotations, detections, box_ap=args.box_ap, **shared, **options)
        lines = [format_stats(result.stats, result.tau_m, result.box_stats)]
        report = _report(result, options)
        if args.oracles:
            where = {name: options[name] for name in ("position_from", "keypoint_index")}
            report["oracles"] = score_oracles(annotations, detections, **shared, **where)
            lines.append(format_oracles(report["oracles"], args.tau))
    if args.out is not None:
        dump_json(report, args.out, indent=1)
    print("\n".join(lines))


def _report(result: LocSimResult, options: dict[str, Any]) -> dict[str, Any]:
    report = {
        "position_from": options["position_from"],
        "position_from_keypoint_index": options["keypoint_index"] if options["position_from"] == "keypoint" else None,
        "score_threshold": options["score_threshold"],
        "tau": result.tau_m,
        "stats": result.stats,
    }
    return report if result.box_stats is None else report | {"box_stats": result.box_stats}
