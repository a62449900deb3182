"""Convert to and from other tools: YOLO-pose, standard COCO keypoints, predictions (see docs/data.md)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mmsynloc.cli.flags import add_dataset_flags, chosen_splits, image_size
from mmsynloc.datasets.converters import (
    BOX_FORMATS,
    IMAGE_MODES,
    PredictionFormat,
    export_coco,
    export_yolo,
    import_predictions,
)
from mmsynloc.datasets.preparation.layout import SPLITS, annotation_path
from mmsynloc.utils import UserError, refuse_overwriting

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    common = argparse.ArgumentParser(add_help=False)
    add_dataset_flags(common, splits="annotated ones")

    yolo = commands.add_parser("yolo", parents=[common], help="YOLO-pose text labels, images and data.yaml")
    yolo.add_argument("--out", type=Path, required=True, help="folder to write")
    yolo.add_argument("--images", choices=IMAGE_MODES, default="link", help="(default: %(default)s)")

    coco = commands.add_parser("coco", parents=[common], help="standard COCO keypoints")
    coco.add_argument("--out", type=Path, required=True, help="folder to write; each split becomes SPLIT.json")
    coco.add_argument(
        "--to-size", type=image_size, metavar="WxH", help="size of the image files (default: as annotated)"
    )

    predictions = commands.add_parser(
        "predictions", help="another tool's predictions JSON to results in annotated pixels"
    )
    predictions.add_argument("predictions", type=Path, help="the JSON to read")
    predictions.add_argument("--ann-file", type=Path, required=True, help="annotation file of the same split")
    predictions.add_argument("--out", type=Path, required=True, help="results.json to write")
    predictions.add_argument(
        "--from-size", type=image_size, metavar="WxH", help="image size that the pixels refer to (default: annotated)"
    )
    predictions.add_argument("--normalised", action="store_true", help="coordinates are fractions (YOLO)")
    predictions.add_argument("--box-format", choices=BOX_FORMATS, help="(default: xywh; cxcywh with --normalised)")
    predictions.add_argument(
        "--corner-origin", action="store_true", help="keypoints count from the image's edge (YOLO tools)"
    )
    predictions.add_argument("--category", type=int, help="keep this category alone")
    return parser.parse_args(argv)


def run_yolo(args: argparse.Namespace) -> None:
    splits = chosen_splits(args)
    counts = export_yolo(args.root, args.out, splits, args.images, progress=not args.no_progress)
    print(f"{args.out / 'data.yaml'}: " + ", ".join(f"{n:,} images in {split}" for split, n in counts.items()))


def run_coco(args: argparse.Namespace) -> None:
    splits = chosen_splits(args) or [s for s in SPLITS if annotation_path(args.root, s).exists()]
    if not splits:
        raise UserError(f"{args.root}: no annotations/*.json")
    for split in splits:
        path = args.out / f"{split}.json"
        refuse_overwriting("--out", path, [annotation_path(args.root, split)])
        print(f"{path}: {export_coco(annotation_path(args.root, split), path, args.to_size):,} annotations")


def run_predictions(args: argparse.Namespace) -> None:
    if args.normalised and args.from_size:
        raise UserError("--from-size: fractions have no image size; leave it out with --normalised")
    box_format = args.box_format or ("cxcywh" if args.normalised else "xywh")
    format = PredictionFormat(args.from_size, args.normalised, box_format, args.corner_origin, args.category)
    refuse_overwriting("--out", args.out, [args.predictions, args.ann_file])
    summary = import_predictions(args.predictions, args.ann_file, args.out, format)
    for alarm in summary.alarms:
        print(f"warning: {args.predictions}: {alarm}", file=sys.stderr)
    print(f"{args.out}: {len(summary.results):,} detections in annotated pixels")


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> int:
    args = parse_args(argv, prog)
    {"yolo": run_yolo, "coco": run_coco, "predictions": run_predictions}[args.command](args)
    return 0
