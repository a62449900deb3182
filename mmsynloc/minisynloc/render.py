"""One image of the data set: the empty stadium, shadows, figures from far to near, and the sensor."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from mmsynloc.minisynloc.background import SHADE_TINT, Background
from mmsynloc.minisynloc.figures import Figure, build_ball
from mmsynloc.minisynloc.rasterise import (
    ANNOTATION_CELL,
    VIRTUAL_SIZE,
    Patch,
    draw_figure,
    in_view,
)
from mmsynloc.minisynloc.scene import Scene
from mmsynloc.minisynloc.venue import Venue
from mmsynloc.structures import Camera

__all__ = ["RenderedImage", "render_scene"]

BODY_SHADE_M = 0.4
GROUND_CIRCLE = np.stack([np.cos(np.arange(10) * math.pi / 5), np.sin(np.arange(10) * math.pi / 5)], axis=1)


@dataclass(frozen=True)
class RenderedImage:
    """``image`` (H, W, 3) uint8 BGR and, for each figure of the scene and then the ball, its patch or None."""

    image: np.ndarray
    patches: tuple[Patch | None, ...]
    order: tuple[int, ...]  # indices of the patches, far to near


def _figure_light(venue: Venue, background: Background, figure: Figure, pixel: np.ndarray) -> np.ndarray:
    """Light (3, 3) by layer and channel on a figure."""
    height, width = background.falloff.shape
    x, y = np.clip(pixel, 0, [width - 1, height - 1]).astype(int)
    shade, sun = SHADE_TINT * venue.shade, 1.0 - float(venue.shaded(figure.pelvis_m[:2]))
    if venue.overcast:
        light, contrast = np.full(3, 0.95), 0.5
    else:
        light, contrast = shade + (1 - shade) * sun, 0.5 + 0.5 * sun
    layers = 1 + contrast * np.array([-0.36, 0.0, 0.12])
    return layers[:, None] * light * background.falloff[y, x]


def _shadow_of(figure: Figure, sun_m: np.ndarray) -> list[np.ndarray]:
    """Ground polygons (P, 2) in metres that the parts throw, each convex."""
    shadows = []
    for part in (part for part in figure.parts if part.normal is None):
        ground = part.centres_m[:, :2] - part.centres_m[:, 2:] * sun_m[:2] / sun_m[2]
        shadows.append((ground[:, None] + part.radii_m[:, None, None] * GROUND_CIRCLE).reshape(-1, 2))
    return shadows


def _contact_of(figure: Figure) -> list[np.ndarray]:
    """Ground polygons (P, 2) that see little of the sky: below the body, then around the shoes."""
    low = [part for part in figure.parts if part.centres_m[:, 2].min() < 0.2]
    shoes = [(p.centres_m[:, None, :2] + 2.4 * p.radii_m[:, None, None] * GROUND_CIRCLE).reshape(-1, 2) for p in low]
    return [figure.pelvis_m[:2] + BODY_SHADE_M * GROUND_CIRCLE, *shoes]


def _draw_ground(mask: np.ndarray, camera: Camera, polygons: list[np.ndarray], value: float) -> None:
    """Fill convex ground polygons (P, 2), in metres, with ``value`` (0 to 1), in place."""
    if not polygons:
        return
    points = np.concatenate(polygons)
    seen = in_view(camera, np.pad(points, ((0, 0), (0, 1))))
    px = np.round(np.nan_to_num(camera.pitch_to_pixel(points).points) * 16).astype(np.int32)
    splits = np.cumsum([len(polygon) for polygon in polygons])[:-1]
    for corners, visible in zip(np.split(px, splits), np.split(seen, splits)):
        if visible.all():
            cv2.fillConvexPoly(mask, cv2.convexHull(corners), (255 * value,), cv2.LINE_AA, 4)


def _contact_mask(scene: Scene, camera: Camera) -> np.ndarray:
    """Share (H, W), 0 to 1, of the sky that the figures hide from the ground below them."""
    width, height = camera.image_size
    mask = np.zeros((height, width), np.uint8)
    for figure in scene.figures:
        body, *shoes = _contact_of(figure)
        _draw_ground(mask, camera, [body], 0.5)
        _draw_ground(mask, camera, shoes, 0.9)
    return cv2.GaussianBlur(mask, None, 1.5 * width / 1920).astype(np.float32) / 255


def _shadow_mask(scene: Scene, venue: Venue, camera: Camera) -> np.ndarray:
    """Share (H, W), 0 to 1, of the sun that the figures take from the ground."""
    width, height = camera.image_size
    mask = np.zeros((height, width), np.uint8)
    for figure in scene.figures:
        sun = 1.0 - float(venue.shaded(figure.pelvis_m[:2]))
        if sun > 0.05:
            _draw_ground(mask, camera, _shadow_of(figure, np.asarray(venue.sun_direction)), 0.9 * sun)
    return cv2.GaussianBlur(mask, None, 0.6 * width / 1920).astype(np.float32) / 255


def _shaded_ground(scene: Scene, venue: Venue, background: Background, camera: Camera) -> np.ndarray:
    """The background (H, W, 3) uint8 with the figures' shadows."""
    image = background.sunlit
    if not venue.overcast:
        shadow = _shadow_mask(scene, venue, camera)
        image = cv2.blendLinear(image, background.shaded, 1 - shadow, shadow)
    contact = 0.45 * _contact_mask(scene, camera)
    return cv2.blendLinear(image, np.zeros_like(image), 1 - contact, contact)


def _composite(image: np.ndarray, patch: Patch, cell: int) -> None:
    """Blend a patch into the image in place; the patch shrinks by ``cell`` with exact area averaging."""
    h, w = patch.mask.shape[0] // cell, patch.mask.shape[1] // cell
    colour = cv2.resize(patch.colour, (w, h), interpolation=cv2.INTER_AREA).astype(np.float32)
    cover = cv2.resize(patch.mask, (w, h), interpolation=cv2.INTER_AREA).astype(np.float32)[..., None] / 255
    x, y = patch.x // cell, patch.y // cell
    part = image[y : y + h, x : x + w]
    part[:] = np.clip(part * (1 - cover) + colour + 0.5, 0, 255).astype(np.uint8)


def _develop(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Exposure, white balance, lens blur and sensor noise."""
    height, width = image.shape[:2]
    gain = rng.uniform(0.9, 1.2) * rng.normal(1, 0.02, 3)
    sigma = rng.uniform(0.35, 0.6) * width / 1920
    image = cv2.GaussianBlur(image, None, sigma) if sigma > 0.25 else image
    table = np.arange(256)[:, None] * gain
    image = cv2.LUT(image, np.clip(table + 0.5, 0, 255).astype(np.uint8)[None])
    strength = rng.uniform(1.0, 2.6)
    tile = np.random.default_rng(int(rng.integers(1 << 31))).standard_normal((256, 256, 3), np.float32) * strength
    noise = np.tile(tile, (-(-height // 256), -(-width // 256), 1))[:height, :width]
    return cv2.add(image, noise, dtype=cv2.CV_8U)


def render_scene(scene: Scene, venue: Venue, background: Background, rng: np.random.Generator) -> RenderedImage:
    """Render one image at the background's size.

    Args:
        scene: the figures and the ball.
        venue: the stadium.
        background: its picture without people.
        rng: source of chance for the exposure and the noise.
    """
    height, width = background.falloff.shape
    cell = VIRTUAL_SIZE[0] // width
    camera, fine = venue.camera.resized((width, height)), venue.camera.resized(VIRTUAL_SIZE)
    image = _shaded_ground(scene, venue, background, camera)
    light_from = np.array([0.0, 0.0, 1.0]) if venue.overcast else np.asarray(venue.sun_direction)
    eye = camera.position_m
    figures = (*scene.figures, build_ball(scene.ball_m))
    order = np.argsort([-np.linalg.norm(figure.pelvis_m - eye) for figure in figures])
    patches: list[Patch | None] = [None] * len(figures)
    for i in order:
        figure = figures[i]
        pixel = camera.pitch_to_pixel(figure.pelvis_m[None]).points[0]
        light = _figure_light(venue, background, figure, np.nan_to_num(pixel))
        patches[i] = draw_figure(fine, figure, light, light_from, math.lcm(cell, ANNOTATION_CELL))
        if patches[i] is not None:
            _composite(image, patches[i], cell)
    return RenderedImage(_develop(image, rng), tuple(patches), tuple(int(i) for i in order))
