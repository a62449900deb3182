"""The playing surface: grass with mowing stripes and the lines of the Laws of the Game, per pixel and anti-aliased."""

from __future__ import annotations

import math

import cv2
import numpy as np

from mmsynloc.minisynloc.venue import PITCH_HALF_LENGTH_M, PITCH_HALF_WIDTH_M, Venue
from mmsynloc.structures.pitch_markings import (
    CIRCLE_RADIUS_M,
    CORNER_RADIUS_M,
    GOAL_AREA_M,
    PENALTY_AREA_M,
    PENALTY_SPOT_M,
)

__all__ = ["band", "grass_colour", "line_coverage", "noise_texture", "sample_texture", "within"]

LINE_WIDTH_M = 0.12


def noise_texture(rng: np.random.Generator, size: int, octaves: int, first: int = 4, gain: float = 0.75) -> np.ndarray:
    """A tile (size, size), float32, that repeats without seams; noise of several octaves, mean 0, deviation 1.

    Args:
        rng: random numbers.
        size: texels along a side, a power of 2.
        octaves: how many grids of noise are summed, each twice as fine as the one before.
        first: cells along a side of the coarsest grid.
        gain: strength of each octave against the one before.
    """
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        cells = min(first * 2**octave, size)
        coarse = np.pad(rng.standard_normal((cells, cells)).astype(np.float32), 2, mode="wrap")
        scale = size // cells
        fine = cv2.resize(coarse, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        total += fine[2 * scale : 2 * scale + size, 2 * scale : 2 * scale + size] * gain**octave
    return (total - total.mean()) / total.std()


def sample_texture(texture: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A repeating texture (h, w[, c]) at positions ``u``, ``v`` (H, W) in texels."""
    h, w = texture.shape[:2]
    padded = np.concatenate([texture, texture[:, :1]], axis=1)
    padded = np.concatenate([padded, padded[:1]], axis=0)
    u, v = np.asarray(u, np.float32), np.asarray(v, np.float32)
    u = u - w * np.floor(u * np.float32(1 / w))  # much faster than np.mod
    v = v - h * np.floor(v * np.float32(1 / h))
    return cv2.remap(padded, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _footprint(field: np.ndarray) -> np.ndarray:
    """Change of ``field`` (H, W) over one pixel."""
    field = np.asarray(field, np.float32)
    central = np.array([-0.5, 0.0, 0.5], np.float32)
    dx = cv2.filter2D(field, cv2.CV_32F, central[None], borderType=cv2.BORDER_REPLICATE)
    dy = cv2.filter2D(field, cv2.CV_32F, central[:, None], borderType=cv2.BORDER_REPLICATE)
    return cv2.magnitude(dx, dy) + np.float32(1e-6)


def band(distance: np.ndarray, half_width: float) -> np.ndarray:
    """Share (H, W) of each pixel inside ``|distance| < half_width``: a box filter as wide as the pixel."""
    reach = _footprint(distance) / 2
    inside = np.minimum(distance + reach, half_width) - np.maximum(distance - reach, -half_width)
    return np.clip(inside / (2 * reach), 0, 1)


def within(value: np.ndarray, low: float, high: float) -> np.ndarray:
    """Share (H, W) of each pixel where ``value`` lies between ``low`` and ``high``."""
    return band(value - (low + high) / 2, (high - low) / 2)


def line_coverage(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Share (H, W) of each pixel that is covered by the pitch markings.

    Args:
        x: (H, W) ground position of the pixels across the pitch, in metres.
        y: (H, W) position along it.
    """
    half, w, length = LINE_WIDTH_M / 2, PITCH_HALF_WIDTH_M, PITCH_HALF_LENGTH_M
    along_x, along_y = within(x, -w - half, w + half), within(y, -length - half, length + half)
    cover = np.maximum(band(np.abs(x) - w, half) * along_y, band(np.abs(y) - length, half) * along_x)
    cover = np.maximum(cover, band(y, half) * along_x)
    centre = np.hypot(x, y)
    cover = np.maximum(cover, band(centre - CIRCLE_RADIUS_M, half))
    cover = np.maximum(cover, within(centre, -1, 0.15))
    depth = length - np.abs(y)  # distance from the nearer goal line
    for half_width, reach in (PENALTY_AREA_M, GOAL_AREA_M):
        sides = band(np.abs(x) - half_width, half) * within(depth, 0, reach + half)
        front = band(depth - reach, half) * within(x, -half_width - half, half_width + half)
        cover = np.maximum(cover, np.maximum(sides, front))
    spot = np.hypot(x, depth - PENALTY_SPOT_M)
    cover = np.maximum(cover, within(spot, -1, 0.15))
    cover = np.maximum(cover, band(spot - CIRCLE_RADIUS_M, half) * (depth > PENALTY_AREA_M[1]))
    corner = np.hypot(np.abs(x) - w, depth)
    return np.maximum(cover, band(corner - CORNER_RADIUS_M, half) * ((np.abs(x) < w) & (depth > 0)))


MOWING_ANGLES = {"along": 0.0, "across": math.pi / 2, "oblique": 0.6}  # stripes follow across at 0


def _stripes(x: np.ndarray, y: np.ndarray, angle: float, width_m: float) -> np.ndarray:
    """Stripes between -1 and 1, softened to the pixel's footprint."""
    across = math.cos(angle) * x + math.sin(angle) * y
    phase = np.sin(math.pi * across / width_m)
    step = math.pi * _footprint(across) / width_m
    return np.clip(phase / np.maximum(step, 0.08), -1, 1) * np.clip(1.5 - step, 0, 1)


def _mowing(x: np.ndarray, y: np.ndarray, venue: Venue) -> np.ndarray | float:
    kind, width_m = venue.drawn.kinds["mowing"], venue.drawn.numbers["mowing_width_m"]
    if kind == "none":
        return 0.0
    if kind == "checks":
        return 0.5 * (_stripes(x, y, 0.0, width_m) + _stripes(x, y, math.pi / 2, width_m))
    return _stripes(x, y, MOWING_ANGLES[kind], width_m)


def _wear(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Trodden ground in the goal mouths and along the middle, 0 to 1."""
    goal = np.exp(-((x / 5) ** 2) - ((PITCH_HALF_LENGTH_M - 2 - np.abs(y)) / 4) ** 2)
    return np.clip(goal + 0.25 * np.exp(-((x / 16) ** 2)), 0, 1)


def grass_colour(x: np.ndarray, y: np.ndarray, venue: Venue, coarse: np.ndarray, fine: np.ndarray) -> np.ndarray:
    """Colour (H, W, 3) of the grass under full light, without the lines.

    Args:
        x: (H, W) ground position of the pixels across the pitch, in metres.
        y: (H, W) position along it.
        venue: gives colour, mowing and wear.
        coarse: a tile of noise for patches of some metres.
        fine: a tile of noise down to blades.

    Returns:
        BGR in 0 to 1.
    """
    numbers = venue.drawn.numbers
    patches = sample_texture(coarse, x * 6, y * 6)
    blades = sample_texture(fine, x * 24, y * 24)
    fade = np.float32(numbers["grass_texture"]) / (1 + 3 * _footprint(np.hypot(x + 90, y)))
    mowing = np.float32(numbers["mowing_contrast"]) * _mowing(x, y, venue)
    tone = 1 + mowing + np.float32(numbers["grass_patches"]) * patches + blades * fade
    colour = np.asarray(venue.grass_bgr, np.float32) * tone[..., None]
    earth = np.array([0.22, 0.36, 0.42], np.float32)
    mix = np.clip(numbers["grass_wear"] * _wear(x, y) * (0.7 + 0.4 * patches), 0, 0.8)[..., None].astype(np.float32)
    colour = colour * (1 - mix) + earth * mix
    yellow = np.array([-0.06, 0.0, 0.06], np.float32) * np.float32(10 * numbers["grass_patches"])
    return colour * (1 + yellow * np.clip(patches, -2, 2)[..., None])
