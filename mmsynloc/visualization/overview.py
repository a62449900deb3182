"""One picture of a result: the frame with its athletes beside the pitch seen from above."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mmsynloc.structures import Athletes, Camera
from mmsynloc.utils import atomic_write
from mmsynloc.visualization.cases import AthleteCase, Pairs, pair_athletes, unsure_cases, worst_cases
from mmsynloc.visualization.close_ups import draw_close_up
from mmsynloc.visualization.labels import plain_label
from mmsynloc.visualization.overlay import TRUE_RGB, draw_athletes
from mmsynloc.visualization.pitch import draw_pitch

__all__ = ["make_overview", "overview_pixels", "save_overview"]


def make_overview(
    image_bgr: np.ndarray,
    camera: Camera,
    predicted: Athletes | None = None,
    truth: Athletes | None = None,
    title: str = "",
    close_ups: int = 0,
) -> Figure:
    """Draw the frame beside the pitch, and below them windows of the frame around single athletes.

    Args:
        image_bgr: (H, W, 3) uint8 of any size; the camera's size is that of the annotations.
        camera: of the frame.
        predicted: athletes to draw as boxes and dots; the caller selects them.
        truth: the annotated ones, drawn thinner and as open circles; lines join each with the one found.
        title: a line above the frame.
        close_ups: number of windows: with a truth the worst errors, else the athletes with the lowest scores.

    Returns:
        The figure; :func:`save_overview` writes it.
    """
    thickness = max(1, round(image_bgr.shape[1] / 1600))
    drawn = image_bgr
    if truth is not None:
        drawn = draw_athletes(drawn, truth, camera.image_size, TRUE_RGB, thickness)
    if predicted is not None:
        drawn = draw_athletes(drawn, predicted, camera.image_size, thickness=thickness)
    pairs = pair_athletes(predicted, truth) if predicted is not None and truth is not None else None
    cases = _cases(predicted, truth, pairs, close_ups)
    rows = (5.6, 3.3) if cases else (5.6,)
    figure = Figure(figsize=(18, sum(rows)), layout="constrained")
    FigureCanvasAgg(figure)
    parts = figure.subfigures(len(rows), 1, height_ratios=rows, squeeze=False)[:, 0]
    frame_axes, pitch_axes = parts[0].subplots(1, 2, width_ratios=(1.22, 1))
    frame_axes.imshow(drawn[..., ::-1], interpolation="antialiased")
    frame_axes.set_axis_off()
    frame_axes.set_title(plain_label(title), fontsize=11, loc="left")
    draw_pitch(pitch_axes, predicted, truth, camera, pairs)
    if cases and predicted is not None:
        places = parts[1].subplots(1, max(close_ups, len(cases)), squeeze=False)[0]
        for axes, case in zip(places, cases):
            draw_close_up(axes, image_bgr, camera.image_size, case, predicted, truth, pairs)
        for axes in places[len(cases) :]:
            axes.set_axis_off()
    return figure


def _cases(found: Athletes | None, truth: Athletes | None, pairs: Pairs | None, count: int) -> list[AthleteCase]:
    if found is None or count < 1:
        return []
    return unsure_cases(found, count) if truth is None or pairs is None else worst_cases(found, truth, pairs, count)


def save_overview(figure: Figure, path: str | Path, dpi: int = 110) -> None:
    """Write the figure as a picture; the format follows the suffix.

    Raises:
        UserError: the file cannot be written.
    """
    with atomic_write(path) as temporary:
        figure.savefig(temporary, dpi=dpi)


def overview_pixels(figure: Figure, dpi: int = 110) -> np.ndarray:
    """The figure as a picture (H, W, 3) uint8 RGB."""
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])
