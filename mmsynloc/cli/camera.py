"""Look at a camera file: draw the pitch over an image, and convert it to the SynLoc model (see docs/cameras.md)."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmsynloc.cli.flags import finite, image_size

if TYPE_CHECKING:
    from mmsynloc.structures import GroundCamera, Residual

__all__ = ["main"]


def pitch_size(text: str) -> tuple[float, float]:
    """An argument such as ``105x68`` as length and width in metres."""
    try:
        length, width = (finite(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a length and width like 105x68: {text!r}") from None
    if not (90 <= length <= 120 and 45 <= width <= 90):  # Law 1
        raise argparse.ArgumentTypeError(f"{text!r} is no pitch: they are 90 to 120 m long and 45 to 90 m wide")
    return length, width


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument("file", help="a camera file of any kind, an annotation file, or a folder of them")
    parser.add_argument("--image", type=Path, metavar="IMG", help="what to draw over (default: a plain canvas)")
    parser.add_argument("--name", help="of the image whose camera to take (default: that of --image)")
    parser.add_argument("--size", type=image_size, metavar="WxH", help="of the images, where neither says it")
    parser.add_argument(
        "--pitch-size", type=pitch_size, default=(105.0, 68.0), metavar="LxW", help="in metres (default: 105x68)"
    )
    parser.add_argument("--out", type=Path, default=Path("camera.png"), help="picture to write (default: %(default)s)")
    parser.add_argument("--to-synloc", type=Path, metavar="JSON", help="write the camera in the SynLoc model")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    from mmsynloc.files import read_camera, write_camera
    from mmsynloc.files.image_probe import orientation_warning
    from mmsynloc.files.images import read_image, write_image
    from mmsynloc.structures import to_synloc
    from mmsynloc.utils import UserError, refuse_overwriting, refuse_same_output
    from mmsynloc.visualization.camera_view import blank_canvas, draw_markings

    for flag, written in (("--out", args.out), ("--to-synloc", args.to_synloc)):
        refuse_overwriting(flag, written, [args.file, args.image])
    refuse_same_output("--to-synloc", args.to_synloc, "--out", args.out)
    image, size, name = None, args.size, args.name
    if args.image is not None:
        image = read_image(args.image)
        if warning := orientation_warning(args.image):
            print(f"WARNING  {warning}", file=sys.stderr)
        size, name = (image.shape[1], image.shape[0]), name or str(args.image)
    camera = read_camera(args.file, size, name)
    try:
        synloc, residual = to_synloc(camera)
        lines = _describe(camera)
    except ValueError as error:
        raise UserError(f"{args.file}: {error}") from None
    print("\n".join(lines))
    if synloc is not camera:
        print(f"in the SynLoc model: {_in_words(residual)}")
    canvas = blank_canvas(camera) if image is None else image
    write_image(args.out, draw_markings(canvas, camera, args.pitch_size))
    print(f"{args.out}: the pitch as this camera sees it")
    if args.to_synloc is not None:
        write_camera(synloc, args.to_synloc)
        print(f"{args.to_synloc}: the camera in the SynLoc model")


def _in_words(residual: Residual) -> str:
    if not math.isfinite(residual.max_px):
        return f"{residual.mean_px:.2f} px off on average, and some pixels on the ground are lost"
    return f"{residual.max_px:.2f} px off at most, {residual.mean_px:.2f} px on average"


def _describe(camera: GroundCamera) -> list[str]:
    from mmsynloc.structures.view import describe_view

    view = describe_view(camera)
    x, y, height = view.position_m
    (across, down), (least, most) = view.fov_deg, view.person_px
    return [
        f"model: {type(camera).__name__}, for images of {camera.image_size[0]}x{camera.image_size[1]}",
        f"position: x {x:.1f} m, y {y:.1f} m, {height:.1f} m over the pitch",
        f"field of view: {across:.1f} degrees across, {down:.1f} degrees down",
        f"pitch in view: {100 * view.pitch_share:.0f} %, at {view.px_per_metre:.1f} px a metre on average; "
        f"a person of 1.8 m is {least:.0f} to {most:.0f} px high",
        *_warnings(camera),
    ]


def _warnings(camera: GroundCamera) -> list[str]:
    """What is legal, but in most cases a mistake."""
    from mmsynloc.structures import OpenCVCamera

    if not isinstance(camera, OpenCVCamera):
        return []
    centre, size = camera.intrinsics[:2, 2], camera.image_size
    if all(0.25 < c / side < 0.75 for c, side in zip(centre, size)):
        return []
    at = f"({centre[0]:.0f}, {centre[1]:.0f})"
    return [
        f"warning: the principal point {at} is far from the image's centre; was it calibrated at another resolution?"
    ]
