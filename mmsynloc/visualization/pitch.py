"""The pitch seen from above, drawn with mplsoccer."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from mplsoccer import Pitch

from mmsynloc.structures import Athletes, GroundCamera
from mmsynloc.structures.pitch_markings import HALF_LENGTH_M, HALF_WIDTH_M
from mmsynloc.visualization.cases import Pairs
from mmsynloc.visualization.overlay import ERROR_RGB, PREDICTED_RGB, TRUE_RGB, plot_color

__all__ = ["PITCH_LENGTH_M", "PITCH_WIDTH_M", "draw_pitch", "pitch_to_plot"]

PITCH_LENGTH_M, PITCH_WIDTH_M = 2 * HALF_LENGTH_M, 2 * HALF_WIDTH_M
_PAD_BOTTOM = 14


def pitch_to_plot(points_pitch_m: np.ndarray, from_negative_x: bool = True) -> np.ndarray:
    """Pitch frame (..., 2) to mplsoccer's plot (..., 2), a rotation: the view from above is never mirrored.

    Args:
        points_pitch_m: x across, y along, origin at the centre.
        from_negative_x: the side of the pitch that lies at the bottom of the plot, as seen from the camera.
    """
    x, y = points_pitch_m[..., 0], points_pitch_m[..., 1]
    sign = 1.0 if from_negative_x else -1.0
    return np.stack([PITCH_LENGTH_M / 2 - sign * y, PITCH_WIDTH_M / 2 + sign * x], axis=-1)


def draw_pitch(
    axes: Axes,
    predicted: Athletes | None = None,
    truth: Athletes | None = None,
    camera: GroundCamera | None = None,
    pairs: Pairs | None = None,
) -> None:
    """Draw a pitch with the athletes on it.

    Args:
        axes: where to draw.
        predicted: filled dots, the paler the lower the score.
        truth: open circles.
        camera: drawn as a triangle; its side of the pitch lies at the bottom.
        pairs: of ``predicted`` and ``truth``; a line joins those of each.
    """
    from_negative_x = camera is None or float(camera.position_m[0]) < 0
    pitch = Pitch(
        pitch_type="custom",
        pitch_length=PITCH_LENGTH_M,
        pitch_width=PITCH_WIDTH_M,
        pitch_color="#3f7d3a",
        stripe_color="#468742",
        stripe=True,
        line_color="white",
        linewidth=1.2,
        pad_top=8,
        pad_bottom=_PAD_BOTTOM,
        pad_left=8,
        pad_right=8,
    )
    pitch.draw(ax=axes)
    if predicted is not None and truth is not None and pairs is not None:
        ends = (predicted.points_pitch_m[pairs.found], truth.points_pitch_m[pairs.true])
        x, y = np.moveaxis(pitch_to_plot(np.stack(ends), from_negative_x), -1, 0)
        color = plot_color(ERROR_RGB)
        axes.plot(x, y, color=color, linewidth=1.4, zorder=6.5)
        axes.plot([], [], color=color, linewidth=1.4, label="error")
    if truth is not None and len(truth.scores):
        points = pitch_to_plot(np.asarray(truth.points_pitch_m), from_negative_x)
        x, y = points.T
        edges = [plot_color(TRUE_RGB)]
        axes.scatter(x, y, s=90, facecolors="none", edgecolors=edges, linewidths=1.6, zorder=5, label="truth")
    if predicted is not None and len(predicted.scores):
        points = pitch_to_plot(np.asarray(predicted.points_pitch_m), from_negative_x)
        alpha = np.clip(0.35 + 0.65 * predicted.scores, 0, 1)
        colors = np.column_stack([np.tile(plot_color(PREDICTED_RGB), (len(alpha), 1)), alpha])
        x, y = points.T
        axes.scatter(x, y, s=34, c=colors, edgecolors="black", linewidths=0.5, zorder=6, label="predicted")
    if camera is not None:
        x, y = pitch_to_plot(np.asarray(camera.position_m, dtype=float)[:2], from_negative_x)
        y = max(y, 3 - _PAD_BOTTOM)  # one further away is drawn at the border
        axes.scatter(
            [x], [y], marker="^", s=110, c="black", edgecolors="white", zorder=7, label="camera", clip_on=False
        )
    if axes.get_legend_handles_labels()[0]:
        # The camera's symbol is below the pitch
        axes.legend(loc="upper right", fontsize=8, framealpha=0.9, ncols=4)
