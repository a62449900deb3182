"""Draws figures through the camera on a virtual grid finer than both the image and the annotations."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from mmsynloc.minisynloc.cameras import ANNOTATION_SIZE, MAX_ANGLE
from mmsynloc.minisynloc.figures import Figure
from mmsynloc.structures import Camera

__all__ = ["ANNOTATION_CELL", "VIRTUAL_SIZE", "Patch", "draw_figure", "in_view", "pixel_scale", "project_hulls"]

ANNOTATION_CELL = 2
"""Virtual pixels per annotated pixel along one axis."""

VIRTUAL_SIZE = (ANNOTATION_CELL * ANNOTATION_SIZE[0], ANNOTATION_CELL * ANNOTATION_SIZE[1])

SHIFT = 4  # fractional bits of the drawing functions
BORDER = 0.5  # OpenCV fills every pixel that the border crosses, half a pixel too far on average
LAYERS = ((1.0, 0.0), (0.78, 0.2), (0.46, 0.38))  # (radius, move towards the light) as shares of the radius
CIRCLE = np.stack([np.cos(np.arange(14) * 2 * math.pi / 14), np.sin(np.arange(14) * 2 * math.pi / 14)], axis=1)


@dataclass(frozen=True)
class Patch:
    """A drawn figure: virtual pixels from (``x``, ``y``); ``colour`` (h, w, 3) uint8 and ``mask`` (h, w) 0 or 255."""

    x: int
    y: int
    colour: np.ndarray
    mask: np.ndarray


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


def project_hulls(camera: Camera, figure: Figure) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Centres (K, 2) and radii (K,) in pixels of each part's balls."""
    centres = camera.pitch_to_pixel(figure.centres_m).points
    scale = pixel_scale(camera, figure.pelvis_m)
    splits = np.cumsum([len(part.radii_m) for part in figure.parts])[:-1]
    return np.split(centres, splits), [part.radii_m * scale for part in figure.parts]


def _fill(canvas: np.ndarray, centres: np.ndarray, radii: np.ndarray, colour: tuple) -> None:
    radii = np.maximum(radii - BORDER, 0.25)
    points = (centres[:, None] + radii[:, None, None] * CIRCLE).reshape(-1, 2)
    hull = cv2.convexHull(np.round(points * (1 << SHIFT)).astype(np.int32))
    cv2.fillConvexPoly(canvas, hull, colour, cv2.LINE_8, SHIFT)


def _bounds(centres: np.ndarray, radii: np.ndarray, cell: int) -> tuple[int, int, int, int] | None:
    """Box (x0, y0, x1, y1) around the balls, grown to whole cells and clipped to the grid."""
    low = np.floor((centres - radii[:, None]).min(0) / cell).astype(int) * cell - cell
    high = np.ceil((centres + radii[:, None]).max(0) / cell).astype(int) * cell + 2 * cell
    x0, y0 = np.maximum(low, 0)
    x1, y1 = np.minimum(high, VIRTUAL_SIZE)
    return (int(x0), int(y0), int(x1), int(y1)) if x0 < x1 and y0 < y1 else None


def draw_figure(camera: Camera, figure: Figure, light: np.ndarray, sun_m: np.ndarray, cell: int) -> Patch | None:
    """Draw one figure.

    Args:
        camera: the camera at :data:`VIRTUAL_SIZE`.
        figure: the athlete.
        light: (3, 3) light by layer (outline, body, highlight) and channel, on colours in 0 to 1.
        sun_m: (3,) unit vector towards the light.
        cell: the patch's corners are multiples of this many virtual pixels.

    Returns:
        The patch, or None where the figure lies outside the frame.
    """
    if not in_view(camera, figure.centres_m).all():
        return None
    centres, radii = project_hulls(camera, figure)
    box = _bounds(np.concatenate(centres), np.concatenate(radii), cell)
    if box is None:
        return None
    x0, y0, x1, y1 = box
    colour = np.zeros((y1 - y0, x1 - x0, 3), np.uint8)
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    towards = camera.pitch_to_pixel(np.stack([figure.pelvis_m, figure.pelvis_m + 0.3 * sun_m])).points
    towards = (towards[1] - towards[0]) / max(np.linalg.norm(towards[1] - towards[0]), 1e-6)
    eye = camera.position_m
    order = np.argsort([-np.linalg.norm(part.anchor_m - eye) for part in figure.parts], kind="stable")
    for i in order:
        if figure.parts[i].normal is not None and figure.parts[i].normal @ (eye - figure.parts[i].anchor_m) <= 0:
            continue
        local = centres[i] - (x0, y0)
        _fill(mask, local, radii[i], (255,))
        for (size, move), shade in zip(LAYERS, light):
            tone = np.clip(np.multiply(figure.parts[i].colour, shade) * 255, 0, 255)
            _fill(colour, local + move * radii[i][:, None] * towards, radii[i] * size, tone.tolist())
    return Patch(x0, y0, cv2.bitwise_and(colour, colour, mask=mask), mask)
