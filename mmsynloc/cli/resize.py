"""Write smaller copies of the images of a SynLoc data set (see docs/data.md)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mmsynloc.cli.flags import add_dataset_flags, chosen_splits, positive
from mmsynloc.datasets.preparation.layout import SPLITS

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    add_dataset_flags(parser)
    parser.add_argument("--width", type=int, default=1920, help="of the copies in pixels (default: %(default)s)")
    parser.add_argument("--out", type=Path, help="new data set (default: ROOT_WIDTH, beside the data set)")
    parser.add_argument("--source", type=Path, help="read the images from this data set instead of --root")
    parser.add_argument("--quality", type=int, choices=range(1, 101), default=95, metavar="1-100", help="of the JPEGs")
    parser.add_argument("--workers", type=positive, help="processes (default: one a core)")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> int:
    args = parse_args(argv, prog)
    splits = chosen_splits(args) or SPLITS
    from mmsynloc.datasets.preparation.resizing import default_output, resize

    out = args.out or default_output(args.root, args.width)
    options = dict(quality=args.quality, workers=args.workers, progress=not args.no_progress)
    summary = resize(args.source or args.root, args.width, out, splits, **options)
    for fault in summary.faults:
        print(f"not copied: {fault}")
    print(f"{out}: {summary.written:,} copies written, {summary.kept:,} kept, {len(summary.faults):,} not copied")
    return 1 if summary.faults else 0
