"""What is seen beyond the stands: trees, houses and sky."""

from __future__ import annotations

import math

import numpy as np

from mmsynloc.minisynloc.pitch import noise_texture, sample_texture
from mmsynloc.minisynloc.venue import Venue

__all__ = ["far_scenery", "sample_scenery"]

SKY_FADE = np.array([0.001, 0.004, 0.008], np.float32)  # per degree of elevation, by channel


def sample_scenery(rng: np.random.Generator) -> dict:
    """Noise and houses of :func:`far_scenery`."""
    count = int(rng.integers(4, 14))
    houses = np.stack(
        [
            rng.uniform(-150, 150, count),  # middle, degrees of azimuth
            rng.uniform(1.5, 5, count),  # half width, degrees
            rng.uniform(2.5, 6.5, count),  # top, degrees of elevation
            rng.uniform(0.25, 0.6, count),  # brightness
        ],
        axis=1,
    )
    return {"noise": noise_texture(rng, 512, 7), "houses": houses, "tree_tone": rng.uniform(0.7, 1.3)}


def far_scenery(directions: np.ndarray, venue: Venue, scenery: dict) -> np.ndarray:
    """Colours (H, W, 3), BGR in 0 to 1, for ray directions (H, W, 3)."""
    noise = scenery["noise"]
    azimuth = np.arctan2(directions[..., 1], directions[..., 0]) * np.float32(180 / math.pi)
    level = np.hypot(directions[..., 0], directions[..., 1])
    elevation = np.arctan2(directions[..., 2], level) * np.float32(180 / math.pi)
    cloud = sample_texture(noise, azimuth * 1.5, elevation * 6)
    height = np.clip(elevation, 0, 40)
    tone = 1 + np.float32(0.035) * cloud
    picture = np.stack([sky * tone * (1 - fade * height) for sky, fade in zip(venue.sky_bgr, SKY_FADE)], axis=-1)
    for middle, half, top, brightness in scenery["houses"]:
        wall = (np.abs(azimuth - middle) < half) & (elevation < top)
        window = (np.mod(azimuth[wall], 0.9) < 0.4) & (np.mod(elevation[wall], 0.8) < 0.45)
        picture[wall] = np.where(window, 0.5 * brightness, brightness)[:, None] * np.array([0.92, 0.97, 1.0])
    crowns = sample_texture(noise, azimuth * 9, np.full_like(azimuth, 7.0))
    ridge = 3.2 + 0.9 * crowns + 0.8 * sample_texture(noise, azimuth * 1.2, np.full_like(azimuth, 99.0))
    leaves = sample_texture(noise, azimuth * 30, elevation * 30)
    depth = np.clip(0.8 + 0.06 * elevation, 0.6, 1.0)[..., None]
    trees = np.array([0.24, 0.33, 0.31], np.float32) * scenery["tree_tone"] * depth * (1 + 0.14 * leaves[..., None])
    trees = 0.82 * trees + 0.18 * np.asarray(venue.sky_bgr, np.float32)  # haze
    mix = np.clip((elevation - ridge - 0.35 * leaves) * 4 + 0.5, 0, 1)[..., None]
    return trees * (1 - mix) + picture * mix
