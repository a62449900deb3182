"""Shrink a checkpoint to its weights in half precision: tools/publish_model.py CHECKPOINT OUT."""

from __future__ import annotations

import argparse

from mmsynloc.apis.weights import slim_checkpoint
from mmsynloc.utils import run_tool


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", help="checkpoint of a training")
    parser.add_argument("out", help="file to write")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    size = slim_checkpoint(args.checkpoint, args.out)
    print(f"{args.out}: {size / 1e6:.1f} MB; choose its score threshold: tools/test.py CONFIG {args.out} --split val")


if __name__ == "__main__":
    run_tool(main)
