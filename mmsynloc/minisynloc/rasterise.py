"""Draws figures through the camera on a virtual grid finer than both the image and the annotations."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mmsynloc.datasets.preparation.layout import ANNOTATED_SIZE
from mmsynloc.minisynloc.cameras import MAX_ANGLE
from mmsynloc.minisynloc.figures import Figure
from mmsynloc.structures import Camera

__all__ = ["ANNOTATION_CELL", "VIRTUAL_SIZE", "Light", "Patch", "draw_figure", "in_view", "pixel_scale"]

ANNOTATION_CELL = 2
"""Virtual pixels per annotated pixel along one axis."""

VIRTUAL_SIZE = (ANNOTATION_CELL * ANNOTATED_SIZE[0], ANNOTATION_CELL * ANNOTATED_SIZE[1])

SHIFT = 4  # fractional bits of the drawing functions
BORDER = 0.5  # OpenCV fills every pixel that the border crosses, half a pixel too far on average
PRINT_LIFT_M = 0.12  # how much nearer a print is taken to be than its place, to be drawn after the shirt


@dataclass(frozen=True)
class Patch:
    """A drawn figure: virtual pixels from (``x``, ``y``); ``colour`` (h, w, 3) uint8 and ``mask`` (h, w) 0 or 255."""

    x: int
    y: int
    colour: np.ndarray
    mask: np.ndarray


@dataclass(frozen=True)
class Light:
    """The light on a figure, by channel: from the ``sky`` (3,), from the ``ground`` (3,), and from lamps.

    ``lamps`` (L, 3) is the light of each on a face that looks at it, ``towards`` (L, 3) its direction. The picture is
    ``colour * light * gain + offset``.
    """

    sky: np.ndarray
    ground: np.ndarray
    lamps: np.ndarray
    towards: np.ndarray
    gain: np.ndarray | float = 1.0
    offset: np.ndarray | float = 0.0

    def shade(self, colours: np.ndarray, normals: np.ndarray) -> np.ndarray:
        """Shaded colours (F, 3) of faces with ``colours`` (F, 3) and ``normals`` (F, 3)."""
        up = 0.5 + 0.5 * normals[:, 2:]
        light = up * self.sky + (1 - up) * self.ground + np.clip(normals @ self.towards.T, 0, 1) @ self.lamps
        return colours * light * self.gain + self.offset


def in_view(camera: Camera, points_pitch_m: np.ndarray) -> np.ndarray:
    """Mask (N,) of points (N, 3) inside the field for which the lens model holds."""
    matrix = camera.camera_matrix * np.sign(np.linalg.det(camera.camera_matrix[:, :3]))
    seen = points_pitch_m @ matrix[:, :3].T + matrix[:, 3]
    return np.arctan2(np.hypot(seen[:, 0], seen[:, 1]), seen[:, 2]) < MAX_ANGLE


def pixel_scale(camera: Camera, point_pitch_m: np.ndarray) -> float:
    """Pixels per metre, across the line of sight, at a point (3,)."""
    ray = point_pitch_m - camera.position_m
    across = np.cross(ray, [0.0, 0.0, 1.0])
    across /= np.linalg.norm(across)
    upward = np.cross(across, ray / np.linalg.norm(ray))
    ends = point_pitch_m + 0.25 * np.stack([-across, across, -upward, upward])
    px = camera.pitch_to_pixel(ends).points
    return float(np.sqrt(np.linalg.norm(px[1] - px[0]) * np.linalg.norm(px[3] - px[2])) / 0.5)


def _bounds(points_px: np.ndarray, cell: int) -> tuple[int, int, int, int] | None:
    """Box (x0, y0, x1, y1) around the points, grown to whole cells and clipped to the grid."""
    low = np.floor(points_px.min(0) / cell).astype(int) * cell - cell
    high = np.ceil(points_px.max(0) / cell).astype(int) * cell + 2 * cell
    x0, y0 = np.maximum(low, 0)
    x1, y1 = np.minimum(high, VIRTUAL_SIZE)
    return (int(x0), int(y0), int(x1), int(y1)) if x0 < x1 and y0 < y1 else None


def _faces_by_depth(figure: Figure, eye_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Indices (F',) of the faces turned to the eye point, far to near, and their normals (F', 3)."""
    corners = figure.vertices_m[figure.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    ray = corners.mean(1) - eye_m
    seen = np.flatnonzero(np.einsum("fi,fi->f", normals, ray) < 0)
    distance = np.linalg.norm(ray[seen], axis=1) - PRINT_LIFT_M * figure.is_print[seen]
    seen = seen[np.argsort(-distance)]
    return seen, normals[seen] / np.maximum(np.linalg.norm(normals[seen], axis=1, keepdims=True), 1e-12)


def draw_figure(camera: Camera, figure: Figure, light: Light, cell: int) -> Patch | None:
    """Draw one figure.

    Args:
        camera: the camera at :data:`VIRTUAL_SIZE`.
        figure: what to draw.
        light: light on colours in 0 to 1.
        cell: the patch's corners are multiples of this many virtual pixels.

    Returns:
        The patch, or None where the figure lies outside the frame.
    """
    if not in_view(camera, figure.vertices_m).all():
        return None
    shrink = BORDER / pixel_scale(camera, figure.pelvis_m)
    points = camera.pitch_to_pixel(figure.vertices_m - shrink * figure.normals).points
    box = _bounds(points, cell)
    if box is None:
        return None
    x0, y0, x1, y1 = box
    seen, normals = _faces_by_depth(figure, camera.position_m)
    tones = np.clip(light.shade(figure.colours[seen], normals) * 255, 0, 255)
    tones = np.concatenate([tones, np.full((len(seen), 1), 255)], axis=1).tolist()
    corners = np.round((points - (x0, y0)) * (1 << SHIFT)).astype(np.int32)[figure.faces[seen]]
    canvas = np.zeros((y1 - y0, x1 - x0, 4), np.uint8)
    for triangle, tone in zip(corners, tones):
        cv2.fillConvexPoly(canvas, triangle, tone, cv2.LINE_8, SHIFT)
    return Patch(x0, y0, np.ascontiguousarray(canvas[..., :3]), np.ascontiguousarray(canvas[..., 3]))
