"""The whole job in minutes on a CPU: data, training, scores, submission, picture (``make demo``)."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence

from mmsynloc.apis import DEMO_COUNTS, DEMO_STRENGTH
from mmsynloc.cli.flags import add_strength, seed

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument("--work-dir", help="default: work_dirs/demo, or work_dirs/instant-demo")
    parser.add_argument("--seed", type=seed, default=0, help="default: %(default)s")
    parser.add_argument("--epochs", type=int, help="of the training; by default as in configs/demo/demo_synloc.py")
    parser.add_argument("--instant", action="store_true", help="train nothing: show the package's weights on 4 frames")
    for split, count in DEMO_COUNTS.items():
        parser.add_argument(f"--{split}", type=int, default=count, help=f"images in {split} (default: %(default)s)")
    add_strength(parser, DEMO_STRENGTH)
    args = parser.parse_args(argv)
    counts = {split: getattr(args, split) for split in DEMO_COUNTS}
    if args.instant and (args.epochs is not None or counts != DEMO_COUNTS):
        parser.error("--instant trains nothing and has its own 4 frames: leave out --epochs and the numbers of images")
    if args.epochs is not None and args.epochs < 2:
        parser.error("--epochs must be at least 2: the first one warms up")
    args.work_dir = args.work_dir or ("work_dirs/instant-demo" if args.instant else "work_dirs/demo")
    return args


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    from mmsynloc.apis.demo import run_demo, run_instant_demo

    warnings.simplefilter("ignore")  # deprecation warnings of the frameworks, which do not concern the demo
    if args.instant:
        run_instant_demo(args.work_dir, args.seed, strength=args.strength)
        print(f"See {args.work_dir}/overview_shipped.png")
        return
    counts = {split: getattr(args, split) for split in DEMO_COUNTS}
    summary = run_demo(args.work_dir, args.seed, counts, args.epochs, args.strength)
    total = sum(summary["seconds"].values())
    print(
        f"mAP-LocSim {summary['test']['AP']:.3f} on unseen venues after {total / 60:.1f} minutes; see {args.work_dir}/"
    )
