"""What stays the same in all images of a venue: its camera, stadium, colours and light."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mmsynloc.minisynloc.cameras import sample_camera
from mmsynloc.structures import Camera

__all__ = ["Stand", "Venue", "sample_venue"]

PITCH_HALF_WIDTH_M = 34.0
PITCH_HALF_LENGTH_M = 52.5


@dataclass(frozen=True)
class Stand:
    """One side of the stadium: rows of seats on a slope behind the boards, a wall and a roof behind them."""

    depth_m: float
    slope: float
    wall_m: float
    crowd: float  # share of the seats that are taken, 0 to 1


@dataclass(frozen=True)
class Venue:
    """A stadium with one fixed camera. Colours are BGR in 0 to 1."""

    seed: tuple[int, ...]
    camera: Camera
    margin_side_m: float  # from the touch line to the boards
    margin_end_m: float  # from the goal line to the boards
    grass_bgr: tuple[float, float, float]
    mowing_m: float
    mowing_angle: float
    mowing_contrast: float
    wear: float
    seat_bgr: tuple[float, float, float]
    far: Stand
    left: Stand
    right: Stand
    overcast: bool
    sun_direction: tuple[float, float, float]  # unit vector towards the sun
    shadow_line: tuple[float, float, float]  # a x + b y + c > 0 is shaded by a stand
    shade: float  # brightness of the shaded part against the sunlit one
    sky_bgr: tuple[float, float, float]

    @property
    def board_x_m(self) -> float:
        """Distance of the side boards from the pitch's long axis."""
        return PITCH_HALF_WIDTH_M + self.margin_side_m

    @property
    def board_y_m(self) -> float:
        """Distance of the end boards from the halfway line."""
        return PITCH_HALF_LENGTH_M + self.margin_end_m

    def shaded(self, points_pitch_m: np.ndarray) -> np.ndarray:
        """How deep ground points (..., 2) lie in a stand's shadow, 0 (sun) to 1; (...)."""
        a, b, c = self.shadow_line
        return np.clip(0.5 + (a * points_pitch_m[..., 0] + b * points_pitch_m[..., 1] + c) / 1.2, 0, 1)


def _sample_stand(rng: np.random.Generator) -> Stand:
    if rng.random() < 0.15:  # an open side, only a bank of a few rows
        return Stand(rng.uniform(2, 5), rng.uniform(0.2, 0.4), 1.0, rng.uniform(0.1, 0.5))
    return Stand(rng.uniform(8, 22), rng.uniform(0.4, 0.6), rng.uniform(2, 7), rng.uniform(0.25, 1.0))


def _sample_light(rng: np.random.Generator) -> dict:
    azimuth, elevation = rng.uniform(0, 2 * math.pi), math.radians(rng.uniform(22, 55))
    sun = (math.cos(elevation) * math.cos(azimuth), math.cos(elevation) * math.sin(azimuth), math.sin(elevation))
    overcast = bool(rng.random() < 0.35)
    angle = azimuth + rng.normal(0, 0.25)  # the stand on the sun's side throws the shadow
    reach = 1e3 if overcast or rng.random() < 0.2 else rng.uniform(-25, 30)
    return {
        "overcast": overcast,
        "sun_direction": sun,
        "shadow_line": (math.cos(angle), math.sin(angle), -reach),
        "shade": rng.uniform(0.52, 0.70),
    }


def sample_venue(seed: tuple[int, ...]) -> Venue:
    """The venue of a seed; equal seeds give equal venues."""
    rng = np.random.default_rng(seed)
    camera = sample_camera(rng)
    green = rng.uniform(0.44, 0.58)
    grass = (green * rng.uniform(0.38, 0.72), green, green * rng.uniform(0.62, 0.95))
    sky = rng.uniform(0.62, 0.95) * np.array([1.0, rng.uniform(0.88, 1.0), 1.0])
    sky[2] = sky[1] * rng.uniform(0.85, 1.0)
    seats = [(0.45, 0.25, 0.1), (0.12, 0.12, 0.5), (0.4, 0.4, 0.4), (0.15, 0.35, 0.12), (0.1, 0.45, 0.55)]
    return Venue(
        seed=tuple(seed),
        camera=camera,
        margin_side_m=rng.uniform(4.5, 7.5),
        margin_end_m=rng.uniform(5, 9),
        grass_bgr=grass,
        mowing_m=float(rng.choice([5.25, 5.5, 7.5, 8.75])),
        mowing_angle=float(rng.choice([0.0, math.pi / 2, math.pi / 2, 0.6])),
        mowing_contrast=rng.uniform(0.02, 0.16),
        wear=rng.uniform(0, 0.6),
        seat_bgr=seats[int(rng.integers(len(seats)))],
        far=_sample_stand(rng),
        left=_sample_stand(rng),
        right=_sample_stand(rng),
        sky_bgr=tuple(sky),
        **_sample_light(rng),
    )
