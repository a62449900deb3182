"""Fetch the official zips of the SynLoc data set and test them (see docs/data.md)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mmsynloc.cli.flags import add_dataset_flags, chosen_splits
from mmsynloc.datasets.preparation.layout import SPLITS, VERSIONS

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    add_dataset_flags(parser)
    parser.add_argument("--version", choices=VERSIONS, default="4K", help="of the images (default: %(default)s)")
    parser.add_argument("--source", type=Path, help="copy the zips from this folder instead")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> int:
    args = parse_args(argv, prog)
    splits = chosen_splits(args) or SPLITS
    from mmsynloc.datasets.preparation import download

    paths = download(args.root, args.version, splits, args.source, progress=not args.no_progress)
    print(f"{len(paths)} zips, tested, in {paths[0].parent}")
    return 0
