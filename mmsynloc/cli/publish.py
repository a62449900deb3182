"""Shrink a checkpoint to its weights in half precision."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument("checkpoint", help="checkpoint of a training")
    parser.add_argument("out", help="file to write")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    from mmsynloc.apis.weights import slim_checkpoint

    size = slim_checkpoint(args.checkpoint, args.out)
    print(f"{args.out}: {size / 1e6:.1f} MB; choose its score threshold: mmsynloc test CONFIG {args.out} --split val")
