"""One image of the data set: the empty stadium, shadows, figures from far to near, near objects, and the sensor."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from mmsynloc.minisynloc.background import Background
from mmsynloc.minisynloc.compositing import composite
from mmsynloc.minisynloc.figures import build_ball
from mmsynloc.minisynloc.foreground import Foreground
from mmsynloc.minisynloc.lighting import contact_mask, figure_light, shadow_mask
from mmsynloc.minisynloc.randomisation import FULL, Drawn, Randomisation
from mmsynloc.minisynloc.rasterise import ANNOTATION_CELL, VIRTUAL_SIZE, Patch, draw_figure
from mmsynloc.minisynloc.scene import Scene
from mmsynloc.minisynloc.sensor import develop
from mmsynloc.minisynloc.venue import Venue
from mmsynloc.structures import Camera

__all__ = ["RenderedImage", "compose_scene", "render_scene"]


@dataclass(frozen=True)
class RenderedImage:
    """``image`` (H, W, 3) uint8 BGR and, for each figure of the scene and then the ball, its patch or None."""

    image: np.ndarray
    patches: tuple[Patch | None, ...]
    order: tuple[int, ...]  # indices of the patches, far to near
    foreground: Foreground | None = None
    jpeg_quality: int = 92


def _shaded_ground(scene: Scene, venue: Venue, background: Background, camera: Camera) -> np.ndarray:
    """The background (H, W, 3) uint8 with the figures' shadows."""
    image, total = background.sunlit, sum(lamp.strength for lamp in venue.lamps)
    if total:
        masks = (lamp.strength / total * shadow_mask(scene.figures, venue, lamp, camera) for lamp in venue.lamps)
        shadow = np.asarray(sum(masks), np.float32)
        image = cv2.blendLinear(image, background.shaded, 1 - shadow, shadow)
    contact = np.float32(venue.drawn.numbers["contact_strength"]) * contact_mask(scene.figures, camera)
    return cv2.blendLinear(image, np.zeros_like(image), 1 - contact, contact)


def compose_scene(scene: Scene, venue: Venue, background: Background, compositing: Drawn) -> RenderedImage:
    """One image at the background's size as it arrives at the lens.

    Args:
        scene: the figures and the ball.
        venue: the stadium.
        background: its picture without people.
        compositing: the axes of ``compositing``.
    """
    height, width = background.falloff.shape
    cell = VIRTUAL_SIZE[0] // width
    camera, fine = venue.camera.resized((width, height)), venue.camera.resized(VIRTUAL_SIZE)
    image = _shaded_ground(scene, venue, background, camera)
    figures = (*scene.figures, build_ball(scene.ball_m))
    order = np.argsort([-np.linalg.norm(figure.pelvis_m - camera.position_m) for figure in figures])
    places = np.nan_to_num(camera.pitch_to_pixel(np.stack([figure.pelvis_m for figure in figures])).points)
    places = np.clip(places, 0, [width - 1, height - 1]).astype(int)
    patches: list[Patch | None] = [None] * len(figures)
    blur_px = compositing.numbers["people_blur_px"] * width / 1920
    for i in order:
        light = figure_light(venue, figures[i].pelvis_m, background.falloff[places[i, 1], places[i, 0]], compositing)
        patch = patches[i] = draw_figure(fine, figures[i], light, math.lcm(cell, ANNOTATION_CELL))
        if patch is not None:
            composite(image, patch, cell, blur_px)
    if background.foreground is not None:
        image = background.foreground.over(image)
    return RenderedImage(image, tuple(patches), tuple(int(i) for i in order), background.foreground)


def render_scene(
    scene: Scene,
    venue: Venue,
    background: Background,
    rng: np.random.Generator,
    randomisation: Randomisation = FULL,
) -> RenderedImage:
    """One image at the background's size as the camera delivers it.

    Args:
        scene: the figures and the ball.
        venue: the stadium.
        background: its picture without people.
        rng: random numbers for the compositing and the sensor.
        randomisation: how far these vary.
    """
    compositing, sensor = randomisation.draw(rng, "compositing"), randomisation.draw(rng, "sensor")
    composed = compose_scene(scene, venue, background, compositing)
    quality = round(sensor.numbers["jpeg_quality"])
    return replace(composed, image=develop(composed.image, sensor, rng), jpeg_quality=quality)
