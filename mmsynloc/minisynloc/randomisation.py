"""The one table of what differs from venue to venue, frame to frame and person to person, and how far.

Detectors learn what their training images have in common. Whatever real stadiums, kits, light and cameras vary must
vary here at least as widely (domain randomisation, Tobin et al. 2017), or it is learned as a feature of athletes.
``tools/analysis/randomisation_sheet.py`` shows every axis at its extremes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

__all__ = ["AXES", "FULL", "POSE", "Choice", "Drawn", "Randomisation", "Range", "typical_values"]


@dataclass(frozen=True)
class Range:
    """A number between ``low`` and ``high``; ``typical`` is what it is without randomisation."""

    low: float
    typical: float
    high: float
    reason: str


@dataclass(frozen=True)
class Choice:
    """One of several kinds, each as often as its weight says; the first is what it is without randomisation."""

    weights: dict[str, float]
    reason: str

    @property
    def typical(self) -> str:
        """What it is without randomisation."""
        return next(iter(self.weights))


Axes = dict[str, Range | Choice]

CAMERA: Axes = {
    "camera_height_m": Range(8.5, 14.0, 20.0, "stadium cameras hang under a low roof or stand on a high platform"),
    "camera_setback_m": Range(8.0, 18.0, 28.0, "from the touch line to the camera: tracks and deep stands lie between"),
    "camera_aim_m": Range(12.0, 28.0, 46.0, "one camera sees one half, from its penalty area to past the halfway line"),
    "camera_tilt_deg": Range(-3.0, 2.0, 7.0, "how far above the middle of the pitch's depth the camera looks"),
    "camera_lean": Range(
        0.0, 0.12, 0.3, "roll against the heading: cameras are turned until the pitch fills the frame"
    ),
    "camera_roll_deg": Range(-3.0, 0.0, 3.0, "no mount is level"),
    "lens_focal": Range(0.55, 0.62, 0.72, "focal length in image widths"),
    "lens_squeeze": Range(0.30, 0.60, 0.86, "from an equidistant to nearly an orthographic fisheye"),
}
LIGHT: Axes = {
    "weather": Choice({"overcast": 0.4, "sun": 0.4, "floodlight": 0.2}, "no shadows, one, or several soft ones"),
    "sun_elevation_deg": Range(8.0, 35.0, 60.0, "a winter sun throws shadows seven times a person's height"),
    "sun_strength": Range(0.15, 0.45, 0.75, "share of the light that throws shadows: veiled or clear"),
    "stand_shadow": Choice({"no": 0.45, "part": 0.45, "all": 0.1}, "the shadow of a stand covers part of the pitch"),
    "shadow_blur_m": Range(0.0, 0.08, 0.4, "a veiled sun and floodlights have soft shadows"),
    "shadow_strength": Range(0.15, 0.7, 1.0, "composited people often have shadows that are too faint"),
    "contact_strength": Range(0.0, 0.25, 0.5, "darkness below the feet; composited people may have none"),
    "ambient_contrast": Range(0.15, 0.45, 0.7, "how much darker the sides of a body are that face the ground"),
    "haze": Range(0.0, 0.04, 0.2, "share of the view that the air's own light takes at 100 m"),
}
GRASS: Axes = {
    "grass_hue_deg": Range(48.0, 85.0, 150.0, "brown in winter, yellow-green, blue-green when artificial"),
    "grass_saturation": Range(0.15, 0.42, 0.65, "dry or lush"),
    "grass_brightness": Range(0.18, 0.38, 0.58, "wet and dark, or dry and light"),
    "mowing": Choice({"across": 0.3, "along": 0.25, "oblique": 0.1, "checks": 0.15, "none": 0.2}, "how it is mown"),
    "mowing_width_m": Range(3.0, 5.5, 9.0, "width of a stripe"),
    "mowing_contrast": Range(0.02, 0.07, 0.2, "brightness of a stripe against the next"),
    "grass_wear": Range(0.0, 0.3, 0.9, "trodden ground in the goal mouths and the middle"),
    "grass_patches": Range(0.01, 0.05, 0.14, "light and dark patches some metres wide"),
    "grass_texture": Range(0.03, 0.12, 0.3, "grain of the blades"),
    "line_brightness": Range(0.35, 0.85, 1.0, "worn or fresh paint"),
    "other_lines": Choice({"no": 0.8, "blue": 0.1, "yellow": 0.1}, "lines of other sports on the same ground"),
}
SURROUNDINGS: Axes = {
    "margin_m": Range(3.5, 6.0, 9.0, "from the touch line to the boards"),
    "verge": Choice(
        {"grass": 0.4, "turf": 0.2, "track": 0.15, "paving": 0.15, "snow": 0.1}, "the ground beside the pitch"
    ),
    "boards": Choice({"adverts": 0.6, "plain": 0.25, "none": 0.15}, "what separates the spectators"),
    "crowd_share": Range(0.02, 0.6, 1.0, "share of the seats that are taken"),
    "crowd_blur_px": Range(0.0, 1.0, 3.5, "the median of many frames blurs moving spectators; at Full HD"),
    "crowd_brightness": Range(0.35, 0.9, 1.3, "a stand in the shade of its roof, or in the sun"),
    "onlookers": Range(0.0, 20.0, 60.0, "people who stand behind the boards: not athletes"),
    "ghosts": Range(0.0, 0.0, 5.0, "people by the line in most of the median's frames remain as a pale smear"),
    "clutter": Range(0.0, 12.0, 40.0, "benches, boxes, cones, balls, posts and bags beside the pitch"),
    "technical_area": Choice(
        {"none": 0.35, "dashes": 0.65}, "white dashes before the benches, which look like people in white"
    ),
    "dash_width_m": Range(0.08, 0.12, 0.4, "painted or laid out in tape of any width"),
    "dash_length_m": Range(0.5, 1.0, 1.8, "and length"),
    "dash_reach_m": Range(10.0, 18.0, 26.0, "how far along the touch line the technical areas reach"),
    "dugouts": Choice({"none": 0.5, "near": 0.25, "far": 0.25}, "shelters of the substitutes"),
    "foreground": Choice(
        {"none": 0.5, "roof": 0.2, "rail": 0.1, "pole": 0.1, "banner": 0.1}, "near objects that hide a part of the view"
    ),
    "vignette": Range(0.0, 0.2, 0.4, "darkening towards the corners"),
}
KITS: Axes = {
    "kit_colour": Choice(
        {"vivid": 0.36, "white": 0.2, "black": 0.13, "grey": 0.06, "dark": 0.1, "pale": 0.09, "grass": 0.06},
        "near-white and near-black kits have the least in common with vivid ones",
    ),
    "kit_one_colour": Choice({"no": 0.6, "yes": 0.4}, "one colour from head to foot leaves nothing but the outline"),
    "kit_pattern": Choice({"plain": 0.66, "stripes": 0.1, "hoops": 0.08, "halves": 0.06, "band": 0.1}, "shirts"),
    "kit_legs": Choice({"shorts": 0.55, "trousers": 0.33, "tights": 0.12}, "long trousers and tights in the cold"),
    "kit_bib": Choice({"no": 0.9, "yes": 0.1}, "bibs over the shirts of substitutes and at training"),
    "kit_looseness_m": Range(0.004, 0.018, 0.04, "how far clothes stand off the body"),
}
PEOPLE: Axes = {
    "body_height_m": Range(1.55, 1.80, 2.0, "adults"),
    "body_build": Range(-1.6, 0.0, 1.6, "each principal change of the body's shape, in standard deviations"),
    "skin_brightness": Range(0.22, 0.7, 0.92, "from dark to fair"),
    "hair": Choice({"dark": 0.5, "brown": 0.2, "fair": 0.12, "red": 0.05, "grey": 0.05, "bald": 0.08}, "hair"),
    "sleeves": Choice({"short": 0.55, "long": 0.45}, "sleeves"),
    "occasion": Choice({"match": 0.6, "few": 0.2, "warm-up": 0.2}, "how many there are, and where"),
    "pace": Range(0.0, 0.4, 1.0, "how much of the time people run rather than stand"),
}
POSE = Choice(
    {
        "stand": 6.0,
        "hands on hips": 1.0,
        "arms folded": 0.7,
        "point": 1.0,
        "arms wide": 0.6,
        "arms up": 0.8,
        "bow": 0.9,
        "crouch": 0.6,
        "kneel": 0.5,
        "sit": 0.25,
        "stretch": 1.0,
        "kick": 0.6,
        "jump": 0.4,
    },
    "of people who neither walk nor run; at any strength, for where a pelvis can be is learned from them",
)
POSES: Axes = {"pose": POSE}
COMPOSITING: Axes = {
    "people_gain": Range(0.7, 1.0, 1.35, "people composited into a photograph are lit more or less than it"),
    "people_warmth": Range(-0.1, 0.0, 0.12, "and in another colour"),
    "people_contrast": Range(0.75, 0.95, 1.0, "and with another depth of black"),
    "people_blur_px": Range(0.0, 0.15, 0.45, "and sharper or softer; in pixels of Full HD"),
    "cloth_folds": Range(0.0, 0.08, 0.2, "brightness of folds on the clothes"),
}
SENSOR: Axes = {
    "exposure": Range(0.75, 1.0, 1.3, "brightness that the camera aims at, against the usual one"),
    "gamma": Range(0.7, 1.0, 1.4, "tone curve"),
    "saturation": Range(0.6, 1.0, 1.35, "colour processing"),
    "warmth": Range(-0.12, 0.0, 0.12, "white balance between blue and red"),
    "tint": Range(-0.06, 0.0, 0.06, "white balance between green and magenta"),
    "lens_blur_px": Range(0.2, 0.4, 0.65, "in pixels of Full HD"),
    "sharpening": Range(0.0, 0.4, 1.2, "halos around edges"),
    "noise": Range(0.3, 1.5, 4.0, "in grey levels"),
    "denoising": Choice({"no": 0.65, "yes": 0.35}, "denoising smooths what is faint: grass turns to paint"),
    "jpeg_quality": Range(55.0, 88.0, 96.0, "compression"),
}
AXES: dict[str, Axes] = {
    "camera": CAMERA,
    "light": LIGHT,
    "grass": GRASS,
    "surroundings": SURROUNDINGS,
    "kits": KITS,
    "people": PEOPLE,
    "poses": POSES,
    "compositing": COMPOSITING,
    "sensor": SENSOR,
}
"""All axes by group: ``camera`` to ``surroundings`` are drawn once for a venue, ``kits`` for a match or person,
``people`` and ``poses`` for a person (``occasion`` and ``pace`` for a frame), ``compositing`` and ``sensor`` for a
frame."""


@dataclass(frozen=True)
class Drawn:
    """Values of one or more groups by the axis' name."""

    numbers: dict[str, float]
    kinds: dict[str, str]


@dataclass(frozen=True)
class Randomisation:
    """How values are drawn from :data:`AXES`.

    Attributes:
        strength: 1 takes the whole ranges, 0 the typical values only.
        fixed: values by the axis' name that are not drawn; all other draws stay as they are without it.
    """

    strength: float = 1.0
    fixed: Mapping[str, float | str] = field(default_factory=dict)

    def number(self, rng: np.random.Generator, name: str) -> float:
        """A value of a :class:`Range`, evenly drawn."""
        axis = _axis(name)
        if not isinstance(axis, Range):
            raise KeyError(f"{name} is no range")
        low, high = (axis.typical + self.strength * (end - axis.typical) for end in (axis.low, axis.high))
        value = float(rng.uniform(low, high))
        return float(self.fixed.get(name, value))

    def kind(self, rng: np.random.Generator, name: str) -> str:
        """A kind of a :class:`Choice`."""
        axis = _axis(name)
        if not isinstance(axis, Choice):
            raise KeyError(f"{name} is no choice")
        weights = np.array(list(axis.weights.values()))
        drawn = list(axis.weights)[int(rng.choice(len(weights), p=weights / weights.sum()))]
        if rng.random() >= self.strength:
            drawn = axis.typical
        return str(self.fixed.get(name, drawn))

    def draw(self, rng: np.random.Generator, *groups: str) -> Drawn:
        """A value of every axis of some groups."""
        axes = {name: axis for group in groups for name, axis in AXES[group].items()}
        numbers = {name: self.number(rng, name) for name, axis in axes.items() if isinstance(axis, Range)}
        kinds = {name: self.kind(rng, name) for name, axis in axes.items() if isinstance(axis, Choice)}
        return Drawn(numbers, kinds)


FULL = Randomisation()
"""The whole ranges."""


def typical_values(*groups: str) -> dict[str, float | str]:
    """What the axes of some groups of :data:`AXES` are without randomisation, by their names."""
    return {name: axis.typical for group in groups for name, axis in AXES[group].items()}


def _axis(name: str) -> Range | Choice:
    for axes in AXES.values():
        if name in axes:
            return axes[name]
    raise KeyError(f"no axis of this name: {name}")
