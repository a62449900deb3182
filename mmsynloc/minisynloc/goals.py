"""Goals and corner flags, drawn over the empty stadium."""

from __future__ import annotations

import cv2
import numpy as np

from mmsynloc.minisynloc.rasterise import in_view, pixel_scale
from mmsynloc.minisynloc.venue import PITCH_HALF_LENGTH_M, PITCH_HALF_WIDTH_M
from mmsynloc.structures import Camera

__all__ = ["draw_goals"]

GOAL_M = (7.32, 2.44, 2.0)  # width and height between the posts, depth of the net
POST_M = 0.12
MESH_M = 0.4
FLAG_M = 1.5


def _line(mask: np.ndarray, camera: Camera, first: np.ndarray, last: np.ndarray, width_m: float, value: int) -> None:
    """A straight bar in space, ``value`` (0 to 255) where it covers a pixel; thinner than a pixel, it turns pale."""
    points = first + np.linspace(0, 1, 9)[:, None] * (last - first)
    if not in_view(camera, points).all():
        return
    px = np.round(camera.pitch_to_pixel(points).points * 16).astype(np.int32)
    width_px = pixel_scale(camera, points[4]) * width_m
    pale, thickness = round(min(1.0, max(width_px, 0.15)) * value), max(1, round(width_px))
    low = np.maximum(px.min(0) // 16 - thickness - 2, 0)
    right, bottom = np.maximum(px.max(0) // 16 + thickness + 3, 0)
    part = mask[low[1] : bottom, low[0] : right]
    if not part.size:  # outside of the image
        return
    layer = np.zeros_like(part)
    cv2.polylines(layer, [px[:, None] - 16 * low], False, (pale,), thickness, cv2.LINE_AA, 4)
    np.maximum(part, layer, out=part)


def _goal_frame(side: int) -> tuple[list, list]:
    """Bars and strings of a goal, each a pair of end points (3,)."""
    half, height, depth = GOAL_M[0] / 2 + POST_M / 2, GOAL_M[1] + POST_M / 2, GOAL_M[2]
    line, back = side * PITCH_HALF_LENGTH_M, side * (PITCH_HALF_LENGTH_M + depth)
    bars = [((x, line, 0.0), (x, line, height)) for x in (-half, half)]
    bars.append(((-half, line, height), (half, line, height)))
    strings = []
    for x in np.arange(-half, half + 1e-6, MESH_M):
        strings += [((x, back, 0), (x, back, height)), ((x, line, height), (x, back, height))]
    for z in np.arange(0, height, MESH_M):
        strings.append(((-half, back, z), (half, back, z)))
        strings += [((x, line, z), (x, back, z)) for x in (-half, half)]
    return bars, strings


def draw_goals(image: np.ndarray, camera: Camera) -> np.ndarray:
    """Blend goals and corner flags into an image (H, W, 3) float32, BGR in 0 to 1, of the camera's size."""
    mask = np.zeros(image.shape[:2], np.uint8)
    for side in (-1, 1):
        bars, strings = _goal_frame(side)
        for first, last in strings:
            _line(mask, camera, np.array(first), np.array(last), 0.03, 150)
        for first, last in bars:
            _line(mask, camera, np.array(first), np.array(last), POST_M, 235)
        for x in (-PITCH_HALF_WIDTH_M, PITCH_HALF_WIDTH_M):
            foot = np.array([x, side * PITCH_HALF_LENGTH_M, 0.0])
            _line(mask, camera, foot, foot + np.array([0, 0, FLAG_M]), 0.06, 220)
    cover = mask[..., None].astype(np.float32) / 255
    return image * (1 - cover) + np.float32(0.88) * cover
