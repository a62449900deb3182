"""Shrink a checkpoint to its weights in half precision."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mmsynloc.utils import refuse_overwriting

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument("checkpoint", help="checkpoint of a training")
    parser.add_argument("out", help="file to write")
    parser.add_argument(
        "--second-stage",
        metavar="CHECKPOINT",
        help="checkpoint of a second stage, to be joined with that of a detector into a two-stage model's",
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    from mmsynloc.apis.weights import join_stages, slim_checkpoint

    refuse_overwriting("OUT", args.out, [args.checkpoint, args.second_stage])
    if args.second_stage is None:
        size = slim_checkpoint(args.checkpoint, args.out)
    else:
        size = join_stages(args.checkpoint, args.second_stage, args.out)
    print(f"{args.out}: {size / 1e6:.1f} MB; choose its score threshold: mmsynloc test CONFIG {args.out} --split val")
