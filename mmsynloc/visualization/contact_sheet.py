"""Samples of a training side by side, as the network sees them, with their labels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from mmsynloc.visualization.labels import plain_label
from mmsynloc.visualization.overlay import PREDICTED_RGB, TRUE_RGB

__all__ = ["draw_contact_sheet"]

_DPI = 100
_CELL_PX = 480  # at least
_SHEET_PX = 2400  # about at most
_BOX, _METRE = "#ffe600", "white"
_PELVIS, _GROUND = ("#{:02x}{:02x}{:02x}".format(*rgb) for rgb in (PREDICTED_RGB, TRUE_RGB))


def draw_contact_sheet(samples: Sequence[Mapping[str, Any]], title: str = "") -> Figure:
    """Draw samples in a grid, each at about its own size.

    Args:
        samples: of the transforms' pipeline, each with ``img`` (H, W, 3) uint8 BGR, ``img_path``, and as far as there
            are labels ``bbox`` (N, 4) xyxy, ``keypoints`` (N, K, 2), ``keypoints_visible`` (N, K), px of ``img``.
            Keypoints beyond the second are the ground point moved by 1 m across and along the pitch.
        title: a line above all.

    Returns:
        The figure; :func:`mmsynloc.visualization.save_overview` with ``dpi=100`` writes it.
    """
    height, width = samples[0]["img"].shape[:2] if samples else (9, 16)
    cell = max(width, _CELL_PX)
    columns = max(1, min(len(samples), _SHEET_PX // cell))
    rows = max(1, math.ceil(len(samples) / columns))
    inches = np.array([columns * (cell + 16), rows * (cell * height / width + 36) + 70]) / _DPI
    figure = Figure(figsize=tuple(inches), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(plain_label(title), fontsize=14)
    places = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in places:
        axes.set_axis_off()
    for axes, sample in zip(places, samples):
        _draw_sample(axes, sample)
    dark = dict(facecolor="0.4", labelcolor="w")
    figure.legend(handles=_legend(samples), loc="outside lower center", ncols=4, fontsize=11, **dark)
    return figure


def _draw_sample(axes: Axes, sample: Mapping[str, Any]) -> None:
    image = sample["img"]
    axes.imshow(image[..., ::-1], interpolation="antialiased")
    boxes = np.asarray(sample.get("bbox", np.zeros((0, 4)))).reshape(-1, 4)
    for x1, y1, x2, y2 in boxes.tolist():
        axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, color=_BOX, linewidth=0.8))
    points = np.asarray(sample.get("keypoints", np.zeros((len(boxes), 0, 2))))
    if points.shape[1] >= 2:
        visible = np.asarray(sample.get("keypoints_visible", np.ones(points.shape[:2])))[:, :2] > 0
        whole = points[visible.all(1)]
        axes.add_collection(LineCollection(whole[:, :2].tolist(), colors=[_PELVIS], linewidths=0.8))
        metres = [[point[1], point[k]] for point in whole.tolist() for k in range(2, points.shape[1])]
        axes.add_collection(LineCollection(metres, colors=[_METRE], linewidths=0.8))
        for k, color in enumerate((_PELVIS, _GROUND)):
            x, y = points[visible[:, k], k].T
            axes.scatter(x, y, s=5, color=[color], linewidths=0, zorder=3)
    axes.set(xlim=(-0.5, image.shape[1] - 0.5), ylim=(image.shape[0] - 0.5, -0.5))
    tall = f", median {np.median(boxes[:, 3] - boxes[:, 1]):.0f} px tall" if len(boxes) else ""
    number = len(boxes) or len(points)
    count = f"{number} athlete" + ("" if number == 1 else "s")
    axes.set_title(plain_label(f"{Path(sample['img_path']).name}: {count}{tall}"), fontsize=10)


def _legend(samples: Sequence[Mapping[str, Any]]) -> list[Line2D]:
    counts = [np.asarray(sample["keypoints"]).shape[1] for sample in samples if "keypoints" in sample]
    lines = [Line2D([], [], color=_BOX, label="box")] if any("bbox" in sample for sample in samples) else []
    if max(counts, default=0) >= 2:
        lines += [
            Line2D([], [], color=color, marker="o", linestyle="", label=name)
            for color, name in ((_PELVIS, "pelvis"), (_GROUND, "pelvis_ground"))
        ]
    if max(counts, default=0) > 2:
        lines.append(Line2D([], [], color=_METRE, label="1 m across and along the pitch"))
    return lines
