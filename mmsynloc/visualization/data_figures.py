"""Figures of a data set: people an image, box sizes, positions on the pitch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, ScalarFormatter

from mmsynloc.files import Annotations, People
from mmsynloc.utils import atomic_write
from mmsynloc.visualization.pitch import draw_pitch, pitch_to_plot

__all__ = ["plot_box_sizes", "plot_people_per_image", "plot_positions", "save_figures"]

_COLORS = {"train": "#0072b2", "val": "#e69f00", "test": "#009e73", "challenge": "#cc79a7"}
_COLORS_ON_GRASS = {"train": "#bfe3ff", "val": "#ffd84d", "test": "#ff5fa2", "challenge": "#ffffff"}
_MAX_DOTS = 20_000


def _people(labels: dict[str, Annotations]) -> dict[str, People]:
    return {split: one.people for split, one in labels.items() if one.people is not None and len(one.people)}


def plot_people_per_image(axes: Axes, labels: dict[str, Annotations]) -> None:
    """Share of the images over their number of people, one line a split."""
    for split in _people(labels):
        counts = labels[split].people_per_image
        share = np.append(np.bincount(counts), 0) / len(counts)
        label = f"{split}: mean {counts.mean():.1f}"
        axes.step(np.arange(len(share)), share, where="mid", color=_COLORS[split], label=label)
        axes.fill_between(np.arange(len(share)), share, step="mid", color=_COLORS[split], alpha=0.15)
    axes.set(xlabel="people in an image", ylabel="share of images", title="People per image")
    axes.set_ylim(bottom=0)
    _legend(axes)


def plot_box_sizes(axes: Axes, labels: dict[str, Annotations]) -> None:
    """Histogram of the box areas in annotated pixels, logarithmic, one line a split, the medians marked."""
    groups = {}
    for split, people in _people(labels).items():
        x1, y1, x2, y2 = people.boxes_xyxy.T
        groups[split] = (x2 - x1) * (y2 - y1)
    groups = {split: areas[areas > 0] for split, areas in groups.items() if (areas > 0).any()}
    if groups:
        low, high = min(a.min() for a in groups.values()), max(a.max() for a in groups.values())
        count = int(np.clip(np.sqrt(min(map(len, groups.values()))), 10, 60))
        bins = np.geomspace(low, max(high, low * 1.01), count).tolist()
    for split, areas in groups.items():
        weights = np.full(len(areas), 1 / len(areas))
        label = f"{split}: median {np.median(areas):.0f} px²"
        axes.hist(areas, bins, weights=weights, histtype="step", linewidth=1.5, color=_COLORS[split], label=label)
        axes.axvline(np.median(areas), color=_COLORS[split], linestyle=":", linewidth=1)
    axes.set(xscale="log", xlabel="box area in annotated px²", ylabel="share of people", title="Box sizes")
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xticks(
        [t for t in (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000) if not groups or low <= t <= high]
    )
    _legend(axes)


def plot_positions(axes: Axes, labels: dict[str, Annotations], seed: int = 0) -> None:
    """Where people stand, seen from above; at most 20,000 of them a split."""
    draw_pitch(axes)
    rng = np.random.default_rng(seed)
    for split, people in _people(labels).items():
        points = people.positions_pitch_m
        if len(points) > _MAX_DOTS:
            points = points[rng.choice(len(points), _MAX_DOTS, replace=False)]
        size = float(np.clip(6000 / len(points), 1, 16))
        edge: dict[str, Any] = {"edgecolors": "black", "linewidths": 0.3} if size > 4 else {"linewidths": 0}
        x, y = pitch_to_plot(points).T
        axes.scatter(x, y, s=size, c=_COLORS_ON_GRASS[split], alpha=0.85, zorder=4, label=split, **edge)
    axes.set_title("Positions on the pitch (metres, seen from above)")
    _legend(axes, loc="lower center", ncols=4, markerscale=2)


def _legend(axes: Axes, **options: Any) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(framealpha=0.9, fontsize=9, **options)
    else:
        axes.text(0.5, 0.5, "no people", transform=axes.transAxes, ha="center")


_PLOTS = {
    "people_per_image": (plot_people_per_image, (8, 4.5)),
    "box_sizes": (plot_box_sizes, (8, 4.5)),
    "positions": (plot_positions, (10, 7)),
}


def save_figures(labels: dict[str, Annotations], folder: Path) -> list[Path]:
    """Write ``people_per_image.png``, ``box_sizes.png`` and ``positions.png``.

    Args:
        labels: the labels of each split; those without people are left out.
        folder: it is made where missing.

    Raises:
        UserError: the files cannot be written.
    """
    paths = []
    for name, (plot, size) in _PLOTS.items():
        figure = Figure(figsize=size, layout="constrained")
        plot(figure.subplots(), labels)
        with atomic_write(Path(folder) / f"{name}.png") as temporary:
            figure.savefig(temporary, dpi=120)
        paths.append(Path(folder) / f"{name}.png")
    return paths
