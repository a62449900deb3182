"""One picture of a result: the frame with its athletes beside the pitch seen from above."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mmsynloc.structures import Athletes, Camera
from mmsynloc.utils import atomic_write
from mmsynloc.visualization.overlay import TRUE_RGB, draw_athletes
from mmsynloc.visualization.pitch import draw_pitch

__all__ = ["make_overview", "save_overview"]


def make_overview(
    image_bgr: np.ndarray,
    camera: Camera,
    predicted: Athletes | None = None,
    truth: Athletes | None = None,
    title: str = "",
) -> Figure:
    """Draw the frame beside the pitch.

    Args:
        image_bgr: (H, W, 3) uint8 of any size; the camera's size is that of the annotations.
        camera: of the frame.
        predicted: athletes to draw as boxes and dots; the caller selects them.
        truth: the annotated ones, drawn thinner and as open circles.
        title: a line above the frame.

    Returns:
        The figure; :func:`save_overview` writes it.
    """
    thickness = max(1, round(image_bgr.shape[1] / 1600))
    drawn = image_bgr
    if truth is not None:
        drawn = draw_athletes(drawn, truth, camera.image_size, TRUE_RGB, thickness)
    if predicted is not None:
        drawn = draw_athletes(drawn, predicted, camera.image_size, thickness=thickness)
    figure = Figure(figsize=(18, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    frame_axes, pitch_axes = figure.subplots(1, 2, width_ratios=(1.22, 1))
    frame_axes.imshow(drawn[..., ::-1], interpolation="antialiased")
    frame_axes.set_axis_off()
    frame_axes.set_title(title, fontsize=11, loc="left")
    draw_pitch(pitch_axes, predicted, truth, camera)
    return figure


def save_overview(figure: Figure, path: str | Path, dpi: int = 110) -> None:
    """Write the figure as a picture; the format follows the suffix.

    Raises:
        UserError: the file cannot be written.
    """
    with atomic_write(path) as temporary:
        figure.savefig(temporary, dpi=dpi)
