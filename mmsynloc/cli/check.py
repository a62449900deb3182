"""Check that a SynLoc data set is complete, readable and consistent (see docs/data.md)."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from mmsynloc.cli.flags import add_dataset_flags, chosen_splits, positive
from mmsynloc.datasets.preparation.layout import SPLITS, annotation_path
from mmsynloc.utils import dump_json, refuse_overwriting

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    add_dataset_flags(parser)
    parser.add_argument("--source", type=Path, help="check this data set instead of --root")
    parser.add_argument("--official", action="store_true", help="fail on anything but the complete official set")
    parser.add_argument("--decode", choices=("sample", "all", "none"), default="sample", help="which images to decode")
    parser.add_argument("--figures", type=Path, default=Path("work_dirs/check_data"), help="where the figures go")
    parser.add_argument("--no-figures", action="store_true", help="draw none")
    parser.add_argument(
        "--appearance", action="store_true", help="also print how people stand out from their surroundings, in numbers"
    )
    parser.add_argument(
        "--compare", type=Path, metavar="ROOT", help="the same for another data set, and how far both are apart"
    )
    parser.add_argument("--json", type=Path, help="also write the findings to this file")
    parser.add_argument("--workers", type=positive, help="processes (default: one a core)")
    return parser.parse_args(argv)


def show_appearance(args: argparse.Namespace, splits: Sequence[str] | None) -> None:
    """Print statistics of the people's looks, and of another data set's beside them."""
    from mmsynloc.datasets.preparation.appearance_report import print_appearance, print_comparison
    from mmsynloc.datasets.preparation.appearance_sample import PeopleImages

    workers, progress = args.workers or os.cpu_count() or 1, not args.no_progress
    images = PeopleImages.find(args.source or args.root, splits)
    if not args.compare:
        print_appearance(images.sample(workers, progress))
        return
    others = PeopleImages.find(args.compare)
    width = min(images.width, others.width)  # sharpness, spreads and heights depend on the resolution
    print(f"looks are compared in images {width} px wide")
    sample = images.sample(workers, progress, width)
    print_appearance(sample)
    print_comparison(sample, others.sample(workers, progress, width), str(args.compare))


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> int:
    args = parse_args(argv, prog)
    splits = chosen_splits(args)
    roots = [root for root in (args.root, args.source, args.compare) if root is not None]
    refuse_overwriting("--json", args.json, [annotation_path(root, split) for root in roots for split in SPLITS])
    from mmsynloc.datasets.preparation import check

    options = dict(official=args.official, decode=args.decode, workers=args.workers, progress=not args.no_progress)
    reports = check(args.source or args.root, splits, **options)
    from mmsynloc.datasets.preparation.report import as_dict, print_reports  # slow to import, like the figures

    print_reports(reports)
    if args.json:
        dump_json(as_dict(reports), args.json, indent=2)
    labels = {report.split: report.labels for report in reports if report.labels is not None}
    if labels and not args.no_figures:
        from mmsynloc.visualization.data_figures import save_figures

        print(f"figures: {', '.join(str(path) for path in save_figures(labels, args.figures))}")
    if args.appearance or args.compare:
        show_appearance(args, splits)
    return 0 if all(report.healthy for report in reports) else 1
