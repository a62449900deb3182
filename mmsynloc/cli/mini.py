"""Generate a small stand-in data set in the official SynLoc layout."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mmsynloc.cli.flags import add_strength, image_size, seed

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument("out", help="folder of the data set, new or empty, or a former mini data set")
    parser.add_argument("--train", type=int, default=200, help="images in train (default: %(default)s)")
    parser.add_argument(
        "--val", type=int, default=40, help="images in val, at the venues of train (default: %(default)s)"
    )
    parser.add_argument("--test", type=int, default=40, help="images in test, at other venues (default: %(default)s)")
    parser.add_argument("--challenge", type=int, default=20, help="images in challenge (default: %(default)s)")
    parser.add_argument("--seed", type=seed, default=0, help="chooses venues and scenes (default: %(default)s)")
    parser.add_argument("--image-size", type=image_size, default=(1920, 1080), metavar="WxH", help="default: 1920x1080")
    parser.add_argument("--workers", type=int, default=None, help="processes (default: all processors, one for a few)")
    parser.add_argument("--force", action="store_true", help="replace a mini data set of other parameters")
    parser.add_argument(
        "--venues",
        type=int,
        nargs=4,
        metavar=("TRAIN", "VAL", "TEST", "CHALLENGE"),
        help="stadiums in each split, those of val being the first of train (default: 24 12 6 4)",
    )
    add_strength(parser, 1.0)
    parser.add_argument(
        "--typical",
        type=lambda text: text.split(","),
        default=[],
        metavar="GROUP,...",
        help="groups of the randomisation that keep their typical values: camera, light, grass, surroundings, kits, "
        "people, poses, compositing, sensor (default: none)",
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    from mmsynloc.minisynloc import DEFAULT_VENUES, generate

    counts = (args.train, args.val, args.test, args.challenge)
    dataset = generate(
        args.out,
        *counts,
        seed=args.seed,
        image_size=args.image_size,
        workers=args.workers,
        num_venues=tuple(args.venues or DEFAULT_VENUES),
        force=args.force,
        strength=args.strength,
        typical=args.typical,
    )
    images = ", ".join(f"{count} {split}" for split, count in dataset.num_images.items())
    print(f"{dataset.root}: {'already there, kept' if dataset.kept else 'written'} ({images})")
