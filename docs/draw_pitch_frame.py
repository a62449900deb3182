"""Draws docs/images/pitch_frame.png: the pitch frame, with the points that calibrations are made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from mmsynloc.structures.pitch_markings import pitch_markings

POINTS = {
    (34, 52.5): (0, 6),
    (34, -52.5): (0, 6),
    (-34, 52.5): (0, -14),
    (-34, -52.5): (0, -14),
    (34, 0): (0, 6),
    (-34, 0): (0, -14),
    (0, 41.5): (0, 6),
    (0, -41.5): (0, 6),
    (20.16, 36): (0, 6),
    (20.16, -36): (0, 6),
    (-20.16, 36): (0, -14),
    (-20.16, -36): (0, -14),
    (9.15, 0): (24, 4),
    (-9.15, 0): (26, -12),
}
"""x and y in metres, and where the label goes, in points."""


def main() -> None:
    figure = Figure(figsize=(9.6, 6.4), layout="constrained")
    axes = figure.subplots()
    axes.set_facecolor("#3f7d3a")
    markings = pitch_markings()
    for line in [*markings.middle, *markings.negative, *markings.positive]:
        axes.plot(-line[:, 1], line[:, 0], color="white", linewidth=1.2)  # +y to the left, as seen from x < 0
    for (x, y), offset in POINTS.items():
        axes.plot(-y, x, "o", color="#ffd23f", markersize=4)
        axes.annotate(f"({x:g}, {y:g})", (-y, x), offset, textcoords="offset points", color="white", ha="center")
    arrow = {"arrowstyle": "-|>", "linewidth": 2.5, "shrinkA": 0, "shrinkB": 0}
    for axis, colour, label in (((0, 14), "#ff5050", "+x across"), ((-14, 0), "#7dff7d", "+y along")):
        axes.annotate("", axis, (0, 0), arrowprops={**arrow, "color": colour})
        at = np.array(axis) + ((9, -1) if axis[0] == 0 else (-3, 2))
        axes.text(*at, label, color=colour, fontsize=12, fontweight="bold", ha="center")
    axes.plot(0, 0, "o", color="white", markersize=10)
    axes.plot(0, 0, ".", color="black", markersize=5)
    axes.text(2.5, -4, "z up, out of the pitch", color="white", fontsize=10)
    axes.plot(0, -44, "^", color="black", markersize=11)
    axes.text(2, -45, "a camera at x = -44", fontsize=11)
    axes.set(xlim=(-62, 62), ylim=(-49, 42), aspect="equal", xticks=[], yticks=[])
    axes.axhspan(-49, -39, color="white", zorder=0.5)
    figure.savefig(Path(__file__).parent / "images" / "pitch_frame.png", dpi=110)


if __name__ == "__main__":
    main()
