"""The empty stadium as its camera sees it, once in full light and once in full shade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mmsynloc.minisynloc.cameras import pixel_rays
from mmsynloc.minisynloc.clutter import draw_clutter, draw_onlookers
from mmsynloc.minisynloc.foreground import Foreground, draw_foreground
from mmsynloc.minisynloc.goals import draw_goals
from mmsynloc.minisynloc.ground import ground_colour
from mmsynloc.minisynloc.pitch import noise_texture
from mmsynloc.minisynloc.scenery import far_scenery, sample_scenery
from mmsynloc.minisynloc.stadium import Surface, stadium_surfaces
from mmsynloc.minisynloc.venue import Venue

__all__ = ["Background", "render_background", "vignette"]

STAND_SUN = 0.7  # share of the sun on the stands, which need no detail
FARTHEST_M = 300.0  # where the haze is the sky's own
STRIP_ROWS = 64
WIDTH_M, LENGTH_M = 110.0, 140.0  # half size of the ground that is drawn


@dataclass(frozen=True)
class Background:
    """Pictures (H, W, 3) uint8 BGR, ``sunlit`` with the stands' shadows and ``shaded`` without any sun.

    ``falloff`` (H, W) is the brightness of the lens towards the corners, ``foreground`` what may hide athletes.
    """

    sunlit: np.ndarray
    shaded: np.ndarray
    falloff: np.ndarray
    foreground: Foreground | None = None


def vignette(height: int, width: int, strength: float) -> np.ndarray:
    """Brightness (H, W), float32, that falls towards the corners by ``strength``."""
    v, u = np.mgrid[:height, :width].astype(np.float32)
    squared = ((u - (width - 1) / 2) ** 2 + (v - (height - 1) / 2) ** 2) / (width**2 + height**2) * 4
    return 1 - np.float32(strength) * squared**1.5


def _in_strips(paint: Callable[..., np.ndarray], *fields: np.ndarray) -> np.ndarray:
    """What ``paint`` makes of fields (H, W, ...), strip by strip: what it computes on the way stays in the cache.

    It may look at the pixels beside a pixel.
    """
    height, parts = len(fields[0]), []
    for top in range(0, height, STRIP_ROWS):
        above, bottom = min(top, 1), min(top + STRIP_ROWS, height)
        part = paint(*(field[top - above : bottom + 1] for field in fields))
        parts.append(part[above : above + bottom - top])
    return np.concatenate(parts)


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
    """Paints one venue for any rays; all random numbers are drawn once, so that samples of a pixel agree."""

    def __init__(self, venue: Venue, rng: np.random.Generator) -> None:
        self.venue = venue
        self.origin = venue.camera.position_m
        self.surfaces = stadium_surfaces(venue, rng)
        self.scenery = sample_scenery(rng)
        self.noises = (noise_texture(rng, 512, 4), noise_texture(rng, 512, 4, first=64, gain=1.15))

    def paint(self, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Colours (H, W, 3) under full light, the share of the sun (H, W) on them, their distance (H, W) in metres."""
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
        return picture, sun, np.minimum(nearest * np.linalg.norm(rays, axis=-1), FARTHEST_M)

    def _colour(self, i: int, rays: np.ndarray, distance: np.ndarray, mine: np.ndarray) -> tuple:
        if i < 0:
            return _in_strips(lambda part: far_scenery(part, self.venue, self.scenery), rays)[mine], 1.0
        if i < len(self.surfaces):
            return self._surface_colour(self.surfaces[i], rays)[mine], STAND_SUN
        x, y, _ = _points(self.origin, rays, _hits(self.origin, rays, (0, 0, 1), 0))
        x, y = np.clip(x, -2 * WIDTH_M, 2 * WIDTH_M), np.clip(y, -2 * LENGTH_M, 2 * LENGTH_M)
        lit = 1 - self.venue.shaded(np.stack([x, y], -1))
        colour = _in_strips(lambda x, y: ground_colour(x, y, self.venue, *self.noises), x, y)
        return colour[mine], lit[mine]

    def _surface_colour(self, surface: Surface, rays: np.ndarray) -> np.ndarray:
        x, y, z = _points(self.origin, rays, _hits(self.origin, rays, surface.normal, surface.offset))
        return surface.colour(*surface.split(x, y), z)


def _light(venue: Venue, sun: np.ndarray) -> np.ndarray:
    """Light (H, W, 3) where the share ``sun`` (H, W) of the lamps' light arrives."""
    lamps = np.float32(sum(lamp.strength for lamp in venue.lamps))
    return np.asarray(venue.shade_bgr, np.float32) + lamps * sun[..., None]


def render_background(venue: Venue, size: tuple[int, int]) -> Background:
    """Render the stadium without athletes.

    Args:
        venue: the stadium and its camera.
        size: width and height of the picture in pixels.
    """
    camera = venue.camera.resized(size)
    rng = np.random.default_rng([*venue.seed, 1])
    painter = _Painter(venue, rng)
    colour, sun, distance = painter.paint(pixel_rays(camera))
    colour = draw_goals(colour, camera)
    falloff = vignette(size[1], size[0], venue.drawn.numbers["vignette"])
    haze = venue.haze(distance)[..., None].astype(np.float32)
    air = np.asarray(venue.sky_bgr, np.float32)

    def finish(colour: np.ndarray, sun: np.ndarray, haze: np.ndarray, falloff: np.ndarray) -> np.ndarray:
        lit = colour * _light(venue, sun) * (1 - haze) + air * haze
        return np.clip(lit * falloff[..., None] * 255 + 0.5, 0, 255).astype(np.uint8)

    sunlit, shaded = (_in_strips(finish, colour, light, haze, falloff) for light in (sun, np.zeros_like(sun)))
    draw_clutter([sunlit, shaded], venue, falloff, rng)
    draw_onlookers([sunlit, shaded], venue, falloff, rng)
    return Background(sunlit, shaded, falloff, draw_foreground(venue, size, rng))
