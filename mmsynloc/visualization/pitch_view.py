"""The pitch seen from above as pixels, fast enough for every frame of a video."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mmsynloc.structures import FramePositions, GroundCamera
from mmsynloc.visualization.overlay import PREDICTED_RGB, draw_text
from mmsynloc.visualization.pitch import draw_pitch, pitch_to_plot

__all__ = ["PitchView", "track_color_bgr"]

_DPI = 100
_ASPECT = 121 / 90  # of the plot, with its margins


def track_color_bgr(track: int) -> tuple[int, int, int]:
    """The colour of a track; of athletes without one (-1), that of all detections."""
    if track < 0:
        red, green, blue = PREDICTED_RGB
        return blue, green, red
    # The golden ratio spreads the hues of successive numbers.
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(track * 0.618034 % 1, 0.8, 1.0))
    return blue, green, red


class PitchView:
    """Draws athletes on a pitch that has been drawn once.

    Args:
        camera: drawn too; its side of the pitch lies at the bottom.
        height: of the picture, in px.
    """

    def __init__(self, camera: GroundCamera, height: int) -> None:
        width = 2 * round(height * _ASPECT / 2)
        figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        draw_pitch(axes, camera=camera)
        canvas.draw()
        self._background = np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., 2::-1])
        self._from_negative_x = float(camera.position_m[0]) < 0
        self._unit = height / 720
        ends = axes.transData.transform([(0.0, 0.0), (1.0, 1.0)])
        self._origin, self._scale = ends[0], ends[1] - ends[0]

    def _pixels(self, points_pitch_m: np.ndarray) -> np.ndarray:
        """Pitch (N, 2) m to pixels (N, 2) of the picture."""
        pixels = self._origin + self._scale * pitch_to_plot(points_pitch_m, self._from_negative_x)
        return np.stack([pixels[:, 0], self._background.shape[0] - pixels[:, 1]], axis=1)

    def draw(self, frame: FramePositions, trails: Mapping[int, Sequence[np.ndarray]] | None = None) -> np.ndarray:
        """The picture (H, W, 3) uint8 BGR of one frame.

        Args:
            frame: athletes over the horizon are left out; tracked ones are labelled with number and speed.
            trails: by track, where it has been, (2,) m each.
        """
        image = self._background.copy()
        for track, points in (trails or {}).items():
            line = np.rint(self._pixels(np.array(points)) * 8).astype(np.int32)
            cv2.polylines(image, [line], False, track_color_bgr(track), self._width(2), cv2.LINE_AA, 3)
        columns = (self._pixels(frame.points_pitch_m), frame.track_of_each.tolist(), frame.speed_of_each.tolist())
        for point, track, speed in zip(*columns):
            if np.isfinite(point).all():
                self._draw_athlete(image, point, track, speed)
        return image

    def _width(self, px: float) -> int:
        return max(1, round(px * self._unit))

    def _draw_athlete(self, image: np.ndarray, point: np.ndarray, track: int, speed: float) -> None:
        centre, radius = tuple(np.rint(point * 8).astype(int).tolist()), round(7 * self._unit * 8)
        cv2.circle(image, centre, radius, (0, 0, 0), -1, cv2.LINE_AA, 3)
        cv2.circle(image, centre, round(radius * 0.8), track_color_bgr(track), -1, cv2.LINE_AA, 3)
        if track >= 0:
            text = str(track) if np.isnan(speed) else f"{track}  {speed:.1f} m/s"
            place = (round(point[0] + 10 * self._unit), round(point[1] + 4 * self._unit))
            draw_text(image, text, place, 0.42 * self._unit, self._width(1), self._width(3))
