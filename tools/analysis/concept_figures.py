#!/usr/bin/env python3
"""Draw the pictures of docs/concepts.md: docs/images/coordinates.jpg and docs/images/locsim.jpg."""

from __future__ import annotations

import argparse
from pathlib import Path

from mmsynloc.analysis.concept_figures import draw_coordinate_frames, draw_locsim, make_scene
from mmsynloc.utils import atomic_write, run_tool


def parse_args() -> argparse.Namespace:
    """The tool's flags."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out-dir", type=Path, default=Path("docs/images"), help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="of the rendered scene (default: %(default)s)")
    return parser.parse_args()


def main() -> None:
    """Run the tool."""
    args = parse_args()
    scene = make_scene(args.seed)
    for name, figure in (("coordinates", draw_coordinate_frames(scene)), ("locsim", draw_locsim(scene))):
        path = args.out_dir / f"{name}.jpg"
        with atomic_write(path) as temporary:
            figure.savefig(temporary, format="jpg", dpi=100, pil_kwargs={"quality": 82})
        print(f"{path}: {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    run_tool(main)
