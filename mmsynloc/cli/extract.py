"""Unpack the zips of the SynLoc data set to the official layout (see docs/data.md)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mmsynloc.cli.flags import add_dataset_flags, chosen_splits
from mmsynloc.datasets.preparation.layout import VERSIONS

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    add_dataset_flags(parser)
    parser.add_argument("--version", choices=VERSIONS, help="of the zips (default: the one that is there)")
    parser.add_argument("--source", type=Path, help="folder with the zips or an extracted tree (default: the download)")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> int:
    args = parse_args(argv, prog)
    splits = chosen_splits(args)
    from mmsynloc.datasets.preparation import extract

    counts = extract(args.root, args.version, splits, args.source, progress=not args.no_progress)
    print(f"{args.root}: " + ", ".join(f"{count:,} files in {name}" for name, count in counts.items()))
    return 0
