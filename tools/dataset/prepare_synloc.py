#!/usr/bin/env python
"""Get the SynLoc data set and look after it: download, extract, resize, check (see docs/data.md)."""

from __future__ import annotations

import argparse
from pathlib import Path

from mmsynloc.datasets.preparation.layout import SPLITS, VERSIONS, default_root, parse_splits
from mmsynloc.utils import run_tool


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--root", type=Path, default=default_root(), help="the data set (default: SYNLOC_ROOT, else %(default)s)"
    )
    common.add_argument("--split", nargs="+", metavar="SPLIT", help=f"some of {', '.join(SPLITS)} (default: all)")
    common.add_argument("--no-progress", action="store_true", help="no progress bars")

    download = commands.add_parser("download", parents=[common], help="fetch the official zips and test them")
    download.add_argument("--version", choices=VERSIONS, default="4K", help="of the images (default: %(default)s)")
    download.add_argument("--source", type=Path, help="copy the zips from this folder instead")

    extract = commands.add_parser("extract", parents=[common], help="unpack the zips to the official layout")
    extract.add_argument("--version", choices=VERSIONS, help="of the zips (default: the one that is there)")
    extract.add_argument(
        "--source", type=Path, help="folder with the zips or an extracted tree (default: the download)"
    )

    resize = commands.add_parser("resize", parents=[common], help="write smaller copies of the images")
    resize.add_argument("--width", type=int, default=1920, help="of the copies in pixels (default: %(default)s)")
    resize.add_argument("--out", type=Path, help="new data set (default: ROOT_WIDTH, beside the data set)")
    resize.add_argument("--source", type=Path, help="read the images from this data set instead of --root")
    resize.add_argument("--quality", type=int, choices=range(1, 101), default=95, metavar="1-100", help="of the JPEGs")
    resize.add_argument("--workers", type=int, help="processes (default: one a core)")

    check = commands.add_parser("check", parents=[common], help="is the data set complete, readable and consistent?")
    check.add_argument("--source", type=Path, help="check this data set instead of --root")
    check.add_argument("--official", action="store_true", help="fail on anything but the complete official set")
    check.add_argument("--decode", choices=("sample", "all", "none"), default="sample", help="which images to decode")
    check.add_argument("--figures", type=Path, default=Path("work_dirs/check_data"), help="where the figures go")
    check.add_argument("--no-figures", action="store_true", help="draw none")
    check.add_argument("--json", type=Path, help="also write the findings to this file")
    check.add_argument("--workers", type=int, help="processes (default: one a core)")
    args = parser.parse_args(argv)
    args.split = parse_splits(args.split) if args.split else None
    return args


def run_download(args: argparse.Namespace) -> int:
    from mmsynloc.datasets.preparation import download

    paths = download(args.root, args.version, args.split or SPLITS, args.source, progress=not args.no_progress)
    print(f"{len(paths)} zips, tested, in {paths[0].parent}")
    return 0


def run_extract(args: argparse.Namespace) -> int:
    from mmsynloc.datasets.preparation import extract

    counts = extract(args.root, args.version, args.split, args.source, progress=not args.no_progress)
    print(f"{args.root}: " + ", ".join(f"{count:,} files in {name}" for name, count in counts.items()))
    return 0


def run_resize(args: argparse.Namespace) -> int:
    from mmsynloc.datasets.preparation.resizing import default_output, resize

    out = args.out or default_output(args.root, args.width)
    options = dict(quality=args.quality, workers=args.workers, progress=not args.no_progress)
    summary = resize(args.source or args.root, args.width, out, args.split or SPLITS, **options)
    for fault in summary.faults:
        print(f"not copied: {fault}")
    print(f"{out}: {summary.written:,} copies written, {summary.kept:,} kept, {len(summary.faults):,} not copied")
    return 1 if summary.faults else 0


def run_check(args: argparse.Namespace) -> int:
    from mmsynloc.datasets.preparation import check
    from mmsynloc.datasets.preparation.figures import save_figures
    from mmsynloc.datasets.preparation.report import as_dict, print_reports
    from mmsynloc.utils import dump_json

    options = dict(official=args.official, decode=args.decode, workers=args.workers, progress=not args.no_progress)
    reports = check(args.source or args.root, args.split, **options)
    print_reports(reports)
    labels = {report.split: report.labels for report in reports if report.labels is not None}
    if labels and not args.no_figures:
        print(f"figures: {', '.join(str(path) for path in save_figures(labels, args.figures))}")
    if args.json:
        dump_json(as_dict(reports), args.json, indent=2)
    return 0 if all(report.healthy for report in reports) else 1


def main(argv: list[str] | None = None) -> int:
    args = parse_args(argv)
    runs = {"download": run_download, "extract": run_extract, "resize": run_resize, "check": run_check}
    return runs[args.command](args)


if __name__ == "__main__":
    run_tool(main)
