"""What stays the same in all images of a venue: its camera, stadium, colours and light."""

from __future__ import annotations

import colorsys
import math
from dataclasses import dataclass

import numpy as np

from mmsynloc.minisynloc.cameras import sample_camera
from mmsynloc.minisynloc.randomisation import FULL, Drawn, Randomisation
from mmsynloc.structures import Camera
from mmsynloc.structures.pitch_markings import HALF_LENGTH_M, HALF_WIDTH_M

__all__ = ["Lamp", "Stand", "Venue", "sample_venue"]

PITCH_HALF_WIDTH_M, PITCH_HALF_LENGTH_M = HALF_WIDTH_M, HALF_LENGTH_M
FLOODLIGHTS = 4


@dataclass(frozen=True)
class Stand:
    """One side of the stadium: rows of seats on a slope behind the boards, a wall and a roof behind them."""

    depth_m: float
    slope: float
    wall_m: float


@dataclass(frozen=True)
class Lamp:
    """The sun or a floodlight: ``direction`` (3,) towards it, of length 1, and its share of the ground's light."""

    direction: tuple[float, float, float]
    strength: float


@dataclass(frozen=True)
class Venue:
    """A stadium with one fixed camera. Colours are BGR in 0 to 1."""

    seed: tuple[int, ...]
    camera: Camera
    drawn: Drawn  # the axes of camera, light, grass and surroundings
    margin_end_m: float  # from the goal line to the boards
    grass_bgr: tuple[float, float, float]
    verge_bgr: tuple[float, float, float]
    seat_bgr: tuple[float, float, float]
    far: Stand
    left: Stand
    right: Stand
    lamps: tuple[Lamp, ...]
    shadow_line: tuple[float, float, float]  # a x + b y + c > 0 is shaded by a stand
    shade_bgr: tuple[float, float, float]  # light where no lamp shines
    sky_bgr: tuple[float, float, float]

    @property
    def board_x_m(self) -> float:
        """Distance of the side boards from the pitch's long axis."""
        return PITCH_HALF_WIDTH_M + self.drawn.numbers["margin_m"]

    @property
    def board_y_m(self) -> float:
        """Distance of the end boards from the halfway line."""
        return PITCH_HALF_LENGTH_M + self.margin_end_m

    def shaded(self, points_pitch_m: np.ndarray) -> np.ndarray:
        """How deep ground points (..., 2) lie in a stand's shadow, 0 (sun) to 1; (...)."""
        a, b, c = self.shadow_line
        return np.clip(0.5 + (a * points_pitch_m[..., 0] + b * points_pitch_m[..., 1] + c) / 1.2, 0, 1)

    def haze(self, distance_m: np.ndarray) -> np.ndarray:
        """Share of the air's own light in the view over some distances."""
        return 1 - (1 - self.drawn.numbers["haze"]) ** (distance_m / 100)


def _sample_stand(rng: np.random.Generator) -> Stand:
    if rng.random() < 0.2:  # an open side, only a bank of a few rows
        return Stand(rng.uniform(2, 5), rng.uniform(0.2, 0.4), 1.0)
    return Stand(rng.uniform(8, 22), rng.uniform(0.4, 0.6), rng.uniform(2, 7))


def _towards(azimuth: float, elevation: float) -> tuple[float, float, float]:
    level = math.cos(elevation)
    return (level * math.cos(azimuth), level * math.sin(azimuth), math.sin(elevation))


def _sample_light(rng: np.random.Generator, drawn: Drawn) -> dict:
    """Lamps, the stand's shadow and the light of the rest of the sky."""
    azimuth, strength = rng.uniform(0, 2 * math.pi), drawn.numbers["sun_strength"]
    elevation, weather = math.radians(drawn.numbers["sun_elevation_deg"]), drawn.kinds["weather"]
    angle = azimuth + rng.normal(0, 0.25)  # the stand on the sun's side throws the shadow
    cover = {"no": 1e3, "part": rng.uniform(-25, 30), "all": -1e3}[drawn.kinds["stand_shadow"]]
    blue = rng.uniform(0.0, 0.14) if weather == "sun" else rng.normal(0, 0.03)
    lamps: list[Lamp] = []
    if weather == "sun":
        lamps.append(Lamp(_towards(azimuth, elevation), strength))
    elif weather == "floodlight":
        around = azimuth + math.pi / 2 * np.arange(FLOODLIGHTS) + rng.normal(0, 0.2, FLOODLIGHTS)
        shares = rng.dirichlet(np.full(FLOODLIGHTS, 4.0))
        lamps = [Lamp(_towards(a, rng.uniform(0.4, 0.8)), float(0.9 * s)) for a, s in zip(around, shares)]
    rest = 1 - sum(lamp.strength for lamp in lamps)
    return {
        "lamps": tuple(lamps),
        "shadow_line": (math.cos(angle), math.sin(angle), -(cover if weather == "sun" else 1e3)),
        "shade_bgr": tuple(rest * np.array([1 + blue, 1.0, 1 - blue])),
        "sky_bgr": _sample_sky(rng, weather),
    }


def _sample_sky(rng: np.random.Generator, weather: str) -> tuple[float, float, float]:
    if weather == "floodlight":
        return tuple(rng.uniform(0.02, 0.25) * np.array([1.2, 1.0, 0.9]))
    green = rng.uniform(0.55, 0.95)
    return (green * rng.uniform(1.0, 1.25), green, green * rng.uniform(0.75, 1.0))


def _hsv(hue: float, saturation: float, value: float) -> tuple[float, float, float]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, float(np.clip(saturation, 0, 1)), value)
    return blue, green, red


def _verge_colour(rng: np.random.Generator, kind: str, grass: tuple[float, float, float]) -> tuple[float, float, float]:
    return {
        "grass": tuple(np.array(grass) * rng.uniform(0.8, 1.1)),
        "turf": _hsv(rng.uniform(0.22, 0.45), rng.uniform(0.3, 0.7), rng.uniform(0.2, 0.5)),
        "track": _hsv(rng.choice([0.02, 0.58]) + rng.normal(0, 0.015), rng.uniform(0.3, 0.65), rng.uniform(0.3, 0.6)),
        "paving": _hsv(rng.random(), rng.uniform(0, 0.08), rng.uniform(0.2, 0.55)),
        "snow": _hsv(0.6, rng.uniform(0, 0.08), rng.uniform(0.7, 0.95)),
    }[kind]


def sample_venue(seed: tuple[int, ...], randomisation: Randomisation = FULL) -> Venue:
    """The venue of a seed; equal seeds and randomisation give equal venues."""
    rng = np.random.default_rng(seed)
    drawn = randomisation.draw(rng, "camera", "light", "grass", "surroundings")
    numbers = drawn.numbers
    hue = numbers["grass_hue_deg"]
    pale = 1 - 0.45 * float(np.clip((hue - 95) / 45, 0, 1))  # what is blue-green is never as vivid as what is yellow
    grass = _hsv(hue / 360, pale * numbers["grass_saturation"], numbers["grass_brightness"])
    seats = _hsv(rng.random(), rng.uniform(0, 0.9), rng.uniform(0.15, 0.6))
    return Venue(
        seed=tuple(seed),
        camera=sample_camera(rng, drawn),
        drawn=drawn,
        margin_end_m=numbers["margin_m"] + rng.uniform(0, 2.5),
        grass_bgr=grass,
        verge_bgr=_verge_colour(rng, drawn.kinds["verge"], grass),
        seat_bgr=seats,
        far=_sample_stand(rng),
        left=_sample_stand(rng),
        right=_sample_stand(rng),
        **_sample_light(rng, drawn),
    )
