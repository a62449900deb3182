"""Light on figures at a venue, and the shadows that they throw on the ground."""

from __future__ import annotations

import cv2
import numpy as np

from mmsynloc.minisynloc.figures import Figure
from mmsynloc.minisynloc.randomisation import Drawn
from mmsynloc.minisynloc.rasterise import Light, in_view
from mmsynloc.minisynloc.venue import Lamp, Venue
from mmsynloc.structures import Camera

__all__ = ["contact_mask", "figure_light", "shadow_mask"]

BODY_SHADE_M = 0.4
GROUND_CIRCLE = np.stack([np.cos(np.arange(10) * np.pi / 5), np.sin(np.arange(10) * np.pi / 5)], axis=1)
LOWEST_SINE = 0.45  # a lower lamp does not light an upright body any more


def figure_light(venue: Venue, point_m: np.ndarray, falloff: float, compositing: Drawn | None = None) -> Light:
    """The light at a point (3,), seen through the air between it and the camera.

    Args:
        venue: its lamps, shade and haze.
        point_m: where the figure is.
        falloff: brightness of the lens there.
        compositing: the axes of ``compositing``, for people who are not lit exactly as their surroundings.
    """
    lit = 1.0 - float(venue.shaded(point_m[:2]))
    directions = np.array([lamp.direction for lamp in venue.lamps]).reshape(-1, 3)
    strengths = np.array([lit * lamp.strength / max(lamp.direction[2], LOWEST_SINE) for lamp in venue.lamps])
    sky = np.asarray(venue.shade_bgr) + 0.15 * strengths.sum()
    ground = (1 - venue.drawn.numbers["ambient_contrast"]) * sky
    haze = float(venue.haze(np.asarray(np.linalg.norm(point_m - venue.camera.position_m))))
    gain, offset = np.full(3, (1 - haze) * falloff), haze * falloff * np.asarray(venue.sky_bgr)
    if compositing is not None:
        numbers = compositing.numbers
        warmth, contrast = numbers["people_warmth"], numbers["people_contrast"]
        gain = gain * numbers["people_gain"] * contrast * np.array([1 - warmth, 1.0, 1 + warmth])
        offset = offset + (1 - contrast) * 0.5 * falloff * (sky + strengths.sum() * 0.5)
    return Light(sky, ground, np.repeat(strengths[:, None], 3, 1), directions, gain, offset)


def _limb_points(figure: Figure) -> list[np.ndarray]:
    """Vertices (P, 3) of each limb."""
    order = np.argsort(figure.limbs, kind="stable")
    cuts = np.flatnonzero(np.diff(figure.limbs[order])) + 1
    return np.split(figure.vertices_m[order], cuts)


def _shadow_of(figure: Figure, direction: np.ndarray) -> list[np.ndarray]:
    """Ground polygons (P, 2) in metres that the limbs throw, each about convex."""
    return [points[:, :2] - points[:, 2:] * direction[:2] / direction[2] for points in _limb_points(figure)]


def _contact_of(figure: Figure) -> list[np.ndarray]:
    """Ground polygons (P, 2) that see little of the sky: below the body, then around what touches the ground."""
    low = [points[:, :2] for points in _limb_points(figure) if points[:, 2].min() < 0.1]
    grown = [points.mean(0) + 1.25 * (points - points.mean(0)) for points in low]
    return [figure.pelvis_m[:2] + BODY_SHADE_M * GROUND_CIRCLE, *grown]


def _draw_ground(mask: np.ndarray, camera: Camera, polygons: list[np.ndarray], value: float) -> None:
    """Fill the hulls of ground polygons (P, 2), in metres, with ``value`` (0 to 1), in place."""
    if not polygons:
        return
    points = np.concatenate(polygons)
    seen = in_view(camera, np.pad(points, ((0, 0), (0, 1))))
    px = np.round(np.nan_to_num(camera.pitch_to_pixel(points).points) * 16).astype(np.int32)
    splits = np.cumsum([len(polygon) for polygon in polygons])[:-1]
    for corners, visible in zip(np.split(px, splits), np.split(seen, splits)):
        if visible.all():
            cv2.fillConvexPoly(mask, cv2.convexHull(corners), (255 * value,), cv2.LINE_AA, 4)


def _blurred(mask: np.ndarray, blur_px: float) -> np.ndarray:
    return cv2.GaussianBlur(mask, (0, 0), max(blur_px, 0.3)).astype(np.float32) / 255


def contact_mask(figures: tuple[Figure, ...], camera: Camera) -> np.ndarray:
    """Share (H, W), 0 to 1, of the sky that the figures hide from the ground below them."""
    width, height = camera.image_size
    mask = np.zeros((height, width), np.uint8)
    for figure in figures:
        body, *shoes = _contact_of(figure)
        _draw_ground(mask, camera, [body], 0.5)
        _draw_ground(mask, camera, shoes, 0.9)
    return _blurred(mask, 1.5 * width / 1920)


def shadow_mask(figures: tuple[Figure, ...], venue: Venue, lamp: Lamp, camera: Camera) -> np.ndarray:
    """Share (H, W), 0 to 1, of a lamp's light that the figures take from the ground."""
    width, height = camera.image_size
    mask = np.zeros((height, width), np.uint8)
    strength = venue.drawn.numbers["shadow_strength"]
    for figure in figures:
        lit = 1.0 - float(venue.shaded(figure.pelvis_m[:2]))
        if lit > 0.05:
            _draw_ground(mask, camera, _shadow_of(figure, np.asarray(lamp.direction)), strength * lit)
    return _blurred(mask, (0.6 + 12 * venue.drawn.numbers["shadow_blur_m"]) * width / 1920)
