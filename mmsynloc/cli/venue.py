"""A labelled data set for your own venue: rendered people in photographs of its empty pitch."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mmsynloc.cli.flags import image_size, seed, show_warnings_plainly
from mmsynloc.utils import UserError, refuse_overwriting

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    median = commands.add_parser("background", help="the median of a fixed camera's video or folder of frames")
    median.add_argument("source", help="video, or folder of images")
    median.add_argument("out", type=Path, help="image to write")
    median.add_argument("--frames", type=int, default=51, help="evenly spread (default: %(default)s)")
    venue = commands.add_parser("set", help="the data set")
    venue.add_argument("out", help="folder to write, new or empty")
    venue.add_argument("--cameras", required=True, help="a camera file of any kind (docs/cameras.md)")
    venue.add_argument("--photos", required=True, help="folder of the photographs")
    venue.add_argument("--marks", help="folder of .png named like the photos, white where near objects hide people")
    venue.add_argument("--train", type=int, default=200, help="images in train (default: %(default)s)")
    venue.add_argument("--val", type=int, default=20, help="images in val (default: %(default)s)")
    venue.add_argument("--seed", type=seed, default=0, help="chooses people and light (default: %(default)s)")
    venue.add_argument("--image-size", type=image_size, default=(1920, 1080), metavar="WxH", help="default: 1920x1080")
    venue.add_argument("--weather", help="light of the photographs: overcast, sun or floodlight (default: all)")
    venue.add_argument("--margin", type=float, default=5.0, help="metres beyond the lines where people may stand")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    show_warnings_plainly()
    if args.command == "background":
        _write_median(args)
        return
    from mmsynloc.minisynloc.own_venue import make_venue_set

    options = {"marks_dir": args.marks, "seed": args.seed, "image_size": args.image_size, "weather": args.weather}
    photographs = make_venue_set(
        args.out, args.cameras, args.photos, args.train, args.val, margin_m=args.margin, **options
    )
    print(f"{args.out}: {args.train} train, {args.val} val, from {photographs} photograph{'s' * (photographs != 1)}")


def _write_median(args: argparse.Namespace) -> None:
    from mmsynloc.files.images import images_in, write_image
    from mmsynloc.files.names import IMAGE_SUFFIXES
    from mmsynloc.minisynloc.median import median_background

    if args.out.suffix.lower() not in IMAGE_SUFFIXES:
        raise UserError(f"OUT {args.out}: not an image; choose one of {', '.join(sorted(IMAGE_SUFFIXES))}")
    source = Path(args.source)
    refuse_overwriting("OUT", args.out, [source, *(images_in(source) if source.is_dir() else [])])
    write_image(args.out, median_background(args.source, args.frames))
    print(f"{args.out}: written")
