"""The empty stadium as its camera sees it, once in full light and once in full shade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mmsynloc.minisynloc.cameras import pixel_rays
from mmsynloc.minisynloc.goals import draw_goals
from mmsynloc.minisynloc.pitch import grass_colour, line_coverage, noise_texture, sample_texture
from mmsynloc.minisynloc.scenery import far_scenery, sample_scenery
from mmsynloc.minisynloc.stadium import Surface, stadium_surfaces
from mmsynloc.minisynloc.venue import Venue

__all__ = ["SHADE_TINT", "Background", "render_background", "vignette"]

SHADE_TINT = np.array([1.12, 1.0, 0.9], np.float32)
"""Colour of the light in the shade, BGR: it comes from the sky."""

STAND_SUN = 0.7  # share of the sun on the stands, which no one looks at
SAMPLES_PX = ((-0.25, -0.25), (0.25, 0.25))
WIDTH_M, LENGTH_M = 110.0, 140.0  # half size of the ground that is drawn


@dataclass(frozen=True)
class Background:
    """Pictures (H, W, 3) uint8 BGR, ``sunlit`` with the stands' shadows and ``shaded`` without any sun.

    ``falloff`` (H, W) is the brightness of the lens towards the corners.
    """

    sunlit: np.ndarray
    shaded: np.ndarray
    falloff: np.ndarray


def vignette(height: int, width: int) -> np.ndarray:
    """Brightness (H, W), float32, that falls towards the corners to 0.75."""
    v, u = np.mgrid[:height, :width].astype(np.float32)
    squared = ((u - (width - 1) / 2) ** 2 + (v - (height - 1) / 2) ** 2) / (width**2 + height**2) * 4
    return 1 - 0.25 * squared**1.5


def _bounds(mask: np.ndarray) -> tuple[slice, slice]:
    """The smallest box around a mask that is true somewhere."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _hits(origin: np.ndarray, rays: np.ndarray, normal: tuple[float, ...], offset: float) -> np.ndarray:
    """Distances (H, W) along the rays to a plane; infinite where it is not met."""
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.float32(offset - origin @ np.asarray(normal)) / (rays @ np.asarray(normal, np.float32))
    return np.where(distance > 0, distance, np.float32(np.inf))


def _points(origin: np.ndarray, rays: np.ndarray, distance: np.ndarray) -> list[np.ndarray]:
    distance = np.minimum(distance, np.float32(1e4))
    return [np.float32(origin[i]) + distance * rays[..., i] for i in range(3)]


class _Painter:
    """Paints one venue for any rays; all chance is drawn once, so that samples of a pixel agree."""

    def __init__(self, venue: Venue, rng: np.random.Generator) -> None:
        self.venue = venue
        self.origin = venue.camera.position_m
        self.surfaces = stadium_surfaces(venue, rng)
        self.scenery = sample_scenery(rng)
        self.noises = (noise_texture(rng, 512, 4), noise_texture(rng, 512, 4, first=64, gain=1.15))

    def paint(self, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Colours (H, W, 3) under full light, and the share of the sun (H, W) that reaches them."""
        picture = np.zeros(rays.shape, np.float32)
        sun = np.full(rays.shape[:2], 1.0, np.float32)
        nearest = np.full(rays.shape[:2], np.inf, np.float32)
        owner = np.full(rays.shape[:2], -1, np.int8)
        ground = _hits(self.origin, rays, (0, 0, 1), 0)
        x, y, _ = _points(self.origin, rays, ground)
        seen = (np.abs(x) < WIDTH_M) & (np.abs(y) < LENGTH_M) & np.isfinite(ground)
        nearest[seen], owner[seen] = ground[seen], len(self.surfaces)
        for i, surface in enumerate(self.surfaces):
            distance = _hits(self.origin, rays, surface.normal, surface.offset)
            x, y, z = _points(self.origin, rays, distance)
            front = surface.inside(*surface.split(x, y), z) & (distance < nearest)
            nearest[front], owner[front] = distance[front], i
        for i in np.unique(owner):
            box = _bounds(owner == i)
            mine = owner[box] == i
            picture[box][mine], sun[box][mine] = self._colour(int(i), rays[box], nearest[box], mine)
        return picture, sun

    def _colour(self, i: int, rays: np.ndarray, distance: np.ndarray, mine: np.ndarray) -> tuple:
        if i < 0:
            return far_scenery(rays, self.venue, self.scenery)[mine], 1.0
        if i < len(self.surfaces):
            return self._surface_colour(self.surfaces[i], rays)[mine], STAND_SUN
        x, y, _ = _points(self.origin, rays, _hits(self.origin, rays, (0, 0, 1), 0))
        x, y = np.clip(x, -2 * WIDTH_M, 2 * WIDTH_M), np.clip(y, -2 * LENGTH_M, 2 * LENGTH_M)
        lit = 1 - self.venue.shaded(np.stack([x, y], -1))
        return self._ground_colour(x, y)[mine], lit[mine]

    def _surface_colour(self, surface: Surface, rays: np.ndarray) -> np.ndarray:
        x, y, z = _points(self.origin, rays, _hits(self.origin, rays, surface.normal, surface.offset))
        return surface.colour(*surface.split(x, y), z)

    def _ground_colour(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        venue = self.venue
        cover = line_coverage(x, y)[..., None] * np.float32(0.88)
        white = np.array([0.80, 0.85, 0.83], np.float32)
        colour = grass_colour(x, y, venue, *self.noises) * (1 - cover) + white * cover
        paved = (np.abs(x) > venue.board_x_m) | (np.abs(y) > venue.board_y_m)
        if paved.any():
            grain = sample_texture(self.noises[1], x * 12, y * 12)[..., None]
            colour = np.where(paved[..., None], 0.33 + 0.015 * grain, colour)
        return colour


def render_background(venue: Venue, size: tuple[int, int]) -> Background:
    """Render the stadium without people.

    Args:
        venue: the stadium and its camera.
        size: width and height of the picture in pixels.
    """
    camera = venue.camera.resized(size)
    painter = _Painter(venue, np.random.default_rng([*venue.seed, 1]))
    samples = [painter.paint(pixel_rays(camera, shift)) for shift in SAMPLES_PX]
    colour = draw_goals(sum(sample[0] for sample in samples) / len(samples), camera)
    sun = sum(sample[1] for sample in samples) / len(samples)
    falloff = vignette(size[1], size[0])
    shade = SHADE_TINT * np.float32(venue.shade)
    light = np.float32(0.95) if venue.overcast else shade + (1 - shade) * sun[..., None]

    def finish(lit: np.ndarray) -> np.ndarray:
        return np.clip(lit * falloff[..., None] * 255 + 0.5, 0, 255).astype(np.uint8)

    return Background(finish(colour * light), finish(colour * shade), falloff)
