"""Windows of the frame around single athletes, with what was found and what is true in lines that stay thin."""

from __future__ import annotations

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from mmsynloc.structures import Athletes
from mmsynloc.visualization.cases import AthleteCase, Pairs
from mmsynloc.visualization.overlay import ERROR_RGB, PREDICTED_RGB, TRUE_RGB, plot_color

__all__ = ["draw_close_up"]

_MARGIN = 0.8  # beyond the box on each side, in units of its longer side
_MIN_SIDE_PX = 60.0


def draw_close_up(
    axes: Axes,
    image_bgr: np.ndarray,
    annotated_size: tuple[int, int],
    case: AthleteCase,
    found: Athletes,
    truth: Athletes | None = None,
    pairs: Pairs | None = None,
) -> None:
    """Draw a square window around a case.

    Args:
        axes: where to draw; their data are annotated px.
        image_bgr: (H, W, 3) uint8, the frame at any size.
        annotated_size: ``(width, height)`` of the annotations.
        case: what is in the middle, and the title.
        found: drawn as far as they are in the window.
        truth: the annotated athletes.
        pairs: a line goes from the found to the true ground point of each, with its length.
    """
    x1, y1, x2, y2 = window = _window(case.box_xyxy)
    scale = np.array(image_bgr.shape[1::-1]) / annotated_size
    low = np.clip(np.floor((window[:2] + 0.5) * scale), 0, np.array(image_bgr.shape[1::-1]) - 1).astype(int)
    high = np.maximum(np.clip(np.ceil((window[2:] + 0.5) * scale), 0, image_bgr.shape[1::-1]).astype(int), low + 1)
    (left, top), (right, bottom) = low / scale - 0.5, high / scale - 0.5
    pixels = image_bgr[low[1] : high[1], low[0] : high[0], ::-1]
    axes.imshow(pixels, extent=(left, right, bottom, top), interpolation="nearest")
    axes.set(xlim=(x1, x2), ylim=(y2, y1), xticks=[], yticks=[], aspect="equal", facecolor="0.3")
    axes.set_title(case.text, fontsize=10)
    if truth is not None:
        _draw(axes, truth, window, TRUE_RGB, "--")
    _draw(axes, found, window, PREDICTED_RGB, "-")
    if truth is not None and pairs is not None:
        _draw_errors(axes, found, truth, pairs, window)


def _window(box_xyxy: np.ndarray) -> np.ndarray:
    """The square (4,) around a box, in px."""
    low, high = np.asarray(box_xyxy, dtype=float)[:2], np.asarray(box_xyxy, dtype=float)[2:]
    half = max((high - low).max() * (0.5 + _MARGIN), _MIN_SIDE_PX / 2)
    centre = (low + high) / 2
    return np.concatenate([centre - half, centre + half])


def _draw(axes: Axes, athletes: Athletes, window: np.ndarray, rgb: tuple[int, int, int], style: str) -> None:
    boxes, color = np.asarray(athletes.boxes_xyxy, dtype=float).reshape(-1, 4), plot_color(rgb)
    shown = ((boxes[:, :2] < window[2:]) & (boxes[:, 2:] > window[:2])).all(1)
    for row in np.flatnonzero(shown):
        x1, y1, x2, y2 = boxes[row]
        axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, color=color, linewidth=1.2, linestyle=style))
        if athletes.pelvis_px is not None:
            line = np.stack([athletes.pelvis_px[row], athletes.ground_px[row]])
            axes.plot(*line.T, color=color, linewidth=1, marker=".", markersize=4)
        axes.plot(
            *athletes.ground_px[row], "o", color=color, markersize=5, markeredgecolor="black", markeredgewidth=0.6
        )


def _draw_errors(axes: Axes, found: Athletes, truth: Athletes, pairs: Pairs, window: np.ndarray) -> None:
    halo = [patheffects.withStroke(linewidth=2, foreground="black")]
    for i, j, distance in zip(*pairs):
        line = np.stack([found.ground_px[i], truth.ground_px[j]])
        if ((line > window[:2]) & (line < window[2:])).all():
            axes.plot(*line.T, color=plot_color(ERROR_RGB), linewidth=1.4)
            text = (f"{distance:.2f} m", line.mean(0), (6, -9))
            axes.annotate(*text, textcoords="offset points", color="white", fontsize=8, path_effects=halo)
