"""The pitch's markings drawn over an image, as its camera projects them: a wrong calibration is seen at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from mmsynloc.structures import GroundCamera
from mmsynloc.structures.pitch_markings import HALF_LENGTH_M, HALF_WIDTH_M, goal_frames, pitch_markings
from mmsynloc.visualization.overlay import draw_text

__all__ = ["blank_canvas", "draw_markings"]

NEGATIVE_BGR, POSITIVE_BGR, MIDDLE_BGR = (60, 190, 255), (255, 190, 60), (255, 255, 255)
X_BGR, Y_BGR, Z_BGR = (80, 80, 255), (90, 220, 90), (255, 120, 120)
CANVAS_BGR = (58, 52, 48)
AXIS_M = 10.0
SUBPIXEL_BITS = 4
RETURN_TOLERANCE = (0.5, 0.02)
"""Metres, and share of the distance, by which a drawn point's pixel may miss the point when projected back. The rest
are points far outside the frame that a polynomial lens folds back into it."""


def blank_canvas(camera: GroundCamera) -> np.ndarray:
    """A plain image (H, W, 3) uint8 of the camera's size."""
    width, height = camera.image_size
    return np.full((height, width, 3), CANVAS_BGR, np.uint8)


def draw_markings(
    image_bgr: np.ndarray,
    camera: GroundCamera,
    pitch_size_m: tuple[float, float] = (2 * HALF_LENGTH_M, 2 * HALF_WIDTH_M),
) -> np.ndarray:
    """Draw lines, spots, goals and the axes of the pitch frame; the halves have colours of their own.

    Args:
        image_bgr: (H, W, 3) uint8, of any size with the shape of the camera's images.
        camera: of the image.
        pitch_size_m: length and width of the pitch.

    Returns:
        A drawn copy (H, W, 3).
    """
    height, width = image_bgr.shape[:2]
    camera = camera.resized((width, height))
    image, thickness = np.ascontiguousarray(image_bgr).copy(), max(1, round(width / 1200))
    markings = pitch_markings(*pitch_size_m)
    goals = goal_frames(pitch_size_m[0])
    colours = ((MIDDLE_BGR, markings.middle), (NEGATIVE_BGR, markings.negative), (POSITIVE_BGR, markings.positive))
    for colour, lines in colours:
        for line in lines:
            _polyline(image, _visible(camera, line), colour, thickness)
    for colour, goal in zip((NEGATIVE_BGR, POSITIVE_BGR), goals):
        _polyline(image, camera.pitch_to_pixel(_densify(goal)).points, colour, thickness)
    for colour, spot in zip((MIDDLE_BGR, NEGATIVE_BGR, POSITIVE_BGR), _visible(camera, markings.spots)):
        if _inside(spot, width, height):
            cv2.circle(image, _integers(spot), 3 * thickness << SUBPIXEL_BITS, colour, -1, cv2.LINE_AA, SUBPIXEL_BITS)
    _draw_axes(image, camera, 2 * thickness)
    _name_corners(image, camera, pitch_size_m, 2 * thickness)
    return image


def _visible(camera: GroundCamera, points_pitch_m: np.ndarray) -> np.ndarray:
    """Pixels (M, 2) of ground points (M, 2); NaN for those that their pixel does not lead back to."""
    pixels = camera.pitch_to_pixel(points_pitch_m).points
    missed = np.linalg.norm(camera.pixel_to_pitch(pixels).points - points_pitch_m, axis=1)
    distance = np.linalg.norm(points_pitch_m - np.asarray(camera.position_m)[:2], axis=1)
    return np.where((missed < RETURN_TOLERANCE[0] + RETURN_TOLERANCE[1] * distance)[:, None], pixels, np.nan)


def _densify(polyline_m: np.ndarray, count: int = 20) -> np.ndarray:
    parts = [np.linspace(a, b, count) for a, b in pairwise(polyline_m)]
    return np.concatenate(parts)


def _polyline(image: np.ndarray, points_px: np.ndarray, colour: Sequence[int], thickness: int) -> None:
    """Draw the parts of a line in and near the frame; NaN interrupts it."""
    height, width = image.shape[:2]
    near = [_inside(point, width, height, margin=0.5) for point in points_px]
    for a, b, drawn in zip(points_px, points_px[1:], np.logical_and(near[:-1], near[1:])):
        if drawn:
            cv2.line(image, _integers(a), _integers(b), colour, thickness, cv2.LINE_AA, SUBPIXEL_BITS)


def _inside(point_px: np.ndarray, width: int, height: int, margin: float = 0.0) -> bool:
    """Whether a point, not NaN, lies in the frame, or no further outside than a share of its size."""
    x, y = point_px / [width, height]
    return bool(-margin <= x <= 1 + margin and -margin <= y <= 1 + margin)


def _integers(point_px: np.ndarray) -> tuple[int, int]:
    x, y = np.rint(point_px * (1 << SUBPIXEL_BITS)).astype(int).tolist()
    return x, y


def _draw_axes(image: np.ndarray, camera: GroundCamera, thickness: int) -> None:
    """Arrows of 10 m along x, y and z from the centre, or from the visible pitch's middle where that is not in view."""
    origin = _origin(image, camera)
    if origin is None:
        return
    height, width = image.shape[:2]
    for name, colour, axis in zip("xyz", (X_BGR, Y_BGR, Z_BGR), np.eye(3) * [AXIS_M, AXIS_M, AXIS_M / 2]):
        ends = camera.pitch_to_pixel(np.stack([np.append(origin, 0), np.append(origin, 0) + axis])).points
        if all(_inside(end, width, height, margin=0.2) for end in ends):
            start, stop = (tuple(np.rint(end).astype(int).tolist()) for end in ends)
            cv2.arrowedLine(image, start, stop, colour, thickness, cv2.LINE_AA, tipLength=0.12)
            _label(image, f"+{name}", stop, colour, thickness)


def _name_corners(image: np.ndarray, camera: GroundCamera, pitch_size_m: tuple[float, float], thickness: int) -> None:
    height, width = image.shape[:2]
    for sign_x, sign_y in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        corner = np.array([sign_x * pitch_size_m[1], sign_y * pitch_size_m[0]]) / 2
        pixel = _visible(camera, corner[None])[0]
        if _inside(pixel, width, height):
            colour = NEGATIVE_BGR if sign_y < 0 else POSITIVE_BGR
            _label(image, f"({corner[0]:g}, {corner[1]:g})", np.rint(pixel).astype(int).tolist(), colour, thickness)


def _origin(image: np.ndarray, camera: GroundCamera) -> np.ndarray | None:
    """The pitch's centre (2,), or the middle of what is in view of the pitch; None where nothing is."""
    height, width = image.shape[:2]
    x, y = np.linspace(-HALF_WIDTH_M, HALF_WIDTH_M, 35), np.linspace(-HALF_LENGTH_M, HALF_LENGTH_M, 53)
    grid = np.stack(np.meshgrid(x, y), -1)
    points = np.concatenate([np.zeros((1, 2)), grid.reshape(-1, 2)])
    seen = np.array([_inside(pixel, width, height, margin=-0.1) for pixel in _visible(camera, points)])
    if seen[0]:
        return points[0]
    if not seen.any():
        return None
    middle = points[seen].mean(0)
    return points[seen][np.argmin(np.linalg.norm(points[seen] - middle, axis=1))]


def _label(image: np.ndarray, text: str, at: Sequence[int], colour: Sequence[int], thickness: int) -> None:
    """Text with a dark rim beside a point, kept inside the image."""
    scale = image.shape[1] / 1800
    (w, h), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)
    x = int(np.clip(at[0] + 6 * thickness, 2, max(2, image.shape[1] - w - 2)))
    y = int(np.clip(at[1] - 4 * thickness, h + 2, image.shape[0] - 4))
    thin = max(1, thickness // 2)
    draw_text(image, text, (x, y), scale, thin, thin + 3, colour)
