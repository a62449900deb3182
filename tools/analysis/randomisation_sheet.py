#!/usr/bin/env python3
"""Draw every axis of the mini data set's randomisation at its extremes, for docs/images/randomisation.jpg."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2

from mmsynloc.files.images import write_image
from mmsynloc.minisynloc.contact_sheet import draw_sheet
from mmsynloc.utils import UserError, run_tool


def parse_args() -> argparse.Namespace:
    """The tool's flags."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/images/randomisation.jpg"), help="default: %(default)s")
    parser.add_argument("--columns", type=int, default=6, help="cells in a row (default: %(default)s)")
    parser.add_argument("--quality", type=int, default=62, help="of the JPEG (default: %(default)s)")
    return parser.parse_args()


def main() -> None:
    """Run the tool."""
    args = parse_args()
    if args.columns < 1:
        raise UserError(f"the number of columns is not positive: {args.columns}")
    size = write_image(args.out, draw_sheet(args.columns), (cv2.IMWRITE_JPEG_QUALITY, args.quality))
    print(f"{args.out}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    run_tool(main)
