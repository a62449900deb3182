"""The report's charts, as SVG files that a page carries within itself."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from mplsoccer import Pitch

from mmsynloc.evaluation.errors import REPAIRS, Analysis, PitchCells
from mmsynloc.evaluation.functional import locsim_to_distance_m
from mmsynloc.visualization.labels import plain_label
from mmsynloc.visualization.pitch import PITCH_LENGTH_M, PITCH_WIDTH_M, pitch_to_plot

__all__ = [
    "calibration_chart",
    "cells_charts",
    "gap_chart",
    "groups_chart",
    "offsets_chart",
    "threshold_chart",
]

_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_REPAIR_COLORS = ("#7a7a7a", "#d55e00", "#e6ab02", "#3b8bc4", "#8c6bb1")
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "axes.axisbelow": True,
}
_WIDTH = 6.0
_MOST_POINTS = 2000


def _as_data_uri(figure: Figure) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _color(number: int) -> str:
    return _COLORS[number % len(_COLORS)]


def gap_chart(names: Sequence[str], analyses: Sequence[Analysis]) -> str:
    """One bar a result: its score, and what each repair in turn adds to it, up to 1."""
    with rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, 1.35 + 0.55 * len(names)), layout="constrained")
        axes = figure.subplots()
        axes.grid(axis="y", visible=False)
        rows = range(len(names))
        left = np.array([analysis.repairs.base for analysis in analyses])
        axes.barh(rows, left, color="#d9e6d9", label="mAP-LocSim")
        for row, value in zip(rows, left):
            axes.text(0.01, row, f"{value:.3f}", va="center")
        for name, color in zip(REPAIRS, _REPAIR_COLORS):
            width = np.array([analysis.repairs.in_turn[name] for analysis in analyses])
            axes.barh(rows, width, left=left, color=color, label=name)
            for row, start, value in zip(rows, left, width):
                if value > 0.06:
                    axes.text(start + value / 2, row, f"{value:.2f}", va="center", ha="center", color="white")
            left = left + width
        axes.set(xlim=(0, 1), yticks=rows, yticklabels=[_shortened(name) for name in names])
        axes.invert_yaxis()
        axes.spines["left"].set_visible(False)
        axes.tick_params(left=False)
        figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=10)
        return _as_data_uri(figure)


def _shortened(name: str, length: int = 18) -> str:
    return plain_label(name if len(name) <= length else "…" + name[1 - length :])


def offsets_chart(analysis: Analysis) -> str:
    """Errors of the found athletes along and across the viewing ray, with the circles of LocSim 0.5 and 0.05."""
    offsets = analysis.operating.offsets_m[np.isfinite(analysis.operating.offsets_m).all(axis=1)]
    with rc_context(_STYLE):
        figure = Figure(figsize=(4.6, 4.2), layout="constrained")
        axes = figure.subplots()
        if len(offsets):
            bins = np.linspace(-1.2, 1.2, 61)
            axes.hist2d(
                offsets[:, 1], offsets[:, 0], bins=[bins, bins], cmap="Blues", norm=LogNorm(vmin=0.7), rasterized=True
            )
        angle = np.linspace(0, 2 * np.pi, 100)
        for similarity, style in ((0.5, "-"), (0.05, ":")):
            radius = locsim_to_distance_m(similarity)
            label = f"LocSim {similarity:g}: {radius:.2f} m"
            axes.plot(radius * np.cos(angle), radius * np.sin(angle), style, color="#d55e00", linewidth=1, label=label)
        axes.set(xlim=(1.2, -1.2), ylim=(-1.2, 1.2), aspect="equal")
        axes.set(xlabel="across (m), left is left in the image", ylabel="along the ray (m), up is too far")
        axes.legend(loc="lower center", fontsize=9, ncols=2, frameon=True, framealpha=0.9)
        return _as_data_uri(figure)


def groups_chart(attribute: str, names: Sequence[str], analyses: Sequence[Analysis]) -> str:
    """mAP-LocSim over the groups of an attribute, a line a result; dashed for the bottom of the box."""
    with rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, 3.1), layout="constrained")
        axes = figure.subplots()
        for number, (name, analysis) in enumerate(zip(names, analyses)):
            rows = analysis.groups[attribute]
            ticks = np.arange(len(rows))
            values = [row.average_precision for row in rows]
            axes.plot(ticks, values, "o-", color=_color(number), label=_shortened(name, 30), markersize=4)
            boxes = [row.box_average_precision for row in rows]
            if np.isfinite(boxes).any():
                label = "bottom of its boxes" if number == 0 else None
                axes.plot(ticks, boxes, "--", color=_color(number), linewidth=1, label=label)
        axes.set_xticks(ticks, [row.label.replace(" covered", "") for row in rows], rotation=20, ha="right", fontsize=9)
        axes.set(ylim=(0, 1), ylabel="mAP-LocSim")
        axes.legend(fontsize=9, frameon=False, loc="best")
        return _as_data_uri(figure)


def cells_charts(analyses: Sequence[Analysis], from_negative_x: bool) -> list[tuple[str, str]]:
    """For each result the pitch from above: the share of missed athletes, and the median error of the found.

    Args:
        analyses: of the results, which share their scales.
        from_negative_x: the side of the pitch at the bottom.
    """
    errors = np.concatenate([analysis.cells.error_m.ravel() for analysis in analyses])
    errors = errors[np.isfinite(errors)]
    high = max(float(np.percentile(errors, 95)), 0.05) if len(errors) else 1.0
    return [
        (
            _cells_chart(a.cells, a.cells.missed, "share of athletes missed", 1.0, from_negative_x),
            _cells_chart(a.cells, a.cells.error_m, "median error of the found (m)", high, from_negative_x),
        )
        for a in analyses
    ]


def _cells_chart(cells: PitchCells, values: np.ndarray, label: str, high: float, from_negative_x: bool) -> str:
    with rc_context({**_STYLE, "axes.grid": False}):
        figure = Figure(figsize=(_WIDTH, 3.2), layout="constrained")
        _draw_cells(figure.subplots(), cells, values, label, high, from_negative_x)
        return _as_data_uri(figure)


def _draw_cells(
    axes: Axes, cells: PitchCells, values: np.ndarray, label: str, high: float, from_negative_x: bool
) -> None:
    pitch = Pitch(
        pitch_type="custom",
        pitch_length=PITCH_LENGTH_M,
        pitch_width=PITCH_WIDTH_M,
        line_color="#555555",
        linewidth=1,
        line_zorder=2,
        pad_left=8,
        pad_right=8,
        pad_top=8,
        pad_bottom=8,
    )
    pitch.draw(ax=axes)
    corners = np.stack(np.meshgrid(cells.x_edges_m, cells.y_edges_m, indexing="ij"), axis=-1)
    plot = pitch_to_plot(corners, from_negative_x)
    mesh = axes.pcolormesh(
        plot[..., 0], plot[..., 1], np.ma.masked_invalid(values), cmap="YlOrRd", vmin=0, vmax=high, alpha=0.9, zorder=1
    )
    axes.figure.colorbar(mesh, ax=axes, label=label, shrink=0.85)


def calibration_chart(names: Sequence[str], analyses: Sequence[Analysis]) -> str:
    """The share of right detections over their score; on the diagonal a score is a probability."""
    with rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, 3.6), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=1)
        for number, (name, analysis) in enumerate(zip(names, analyses)):
            groups = analysis.calibration
            label = _shortened(name, 30)
            axes.plot(groups.score, groups.correct, "o-", color=_color(number), label=f"{label}: right", markersize=4)
            axes.plot(groups.score, groups.similarity, ":", color=_color(number), linewidth=1, label="mean LocSim")
        axes.set(xlabel="score", ylabel="share of detections", ylim=(0, 1))
        axes.set_xlim(left=0)
        axes.legend(fontsize=9, frameon=False)
        return _as_data_uri(figure)


def threshold_chart(names: Sequence[str], analyses: Sequence[Analysis]) -> str:
    """F1 over the score threshold; a dot at the one in use, a cross at the best."""
    with rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, 3.2), layout="constrained")
        axes = figure.subplots()
        for number, (name, analysis) in enumerate(zip(names, analyses)):
            curve, used = analysis.curve, analysis.operating.threshold
            rows = np.unique(np.linspace(0, len(curve.f1) - 1, min(_MOST_POINTS, len(curve.f1))).astype(int))
            color = _color(number)
            axes.plot(curve.threshold[rows], curve.f1[rows], color=color, label=_shortened(name, 30))
            best = int(curve.f1.argmax())
            axes.plot(curve.threshold[best], curve.f1[best], "x", color=color, markersize=8)
            at = int(np.clip(np.searchsorted(-curve.threshold, -used), 0, len(curve.f1) - 1))
            axes.plot(used, curve.f1[at], "o", color=color, markersize=7)
        axes.set(xlabel="score threshold", ylabel="F1", ylim=(0, 1))
        axes.legend(fontsize=9, frameon=False)
        return _as_data_uri(figure)
