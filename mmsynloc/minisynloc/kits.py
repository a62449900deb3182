"""Clothes, skin and hair; BGR in 0 to 1 under full light."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, replace

import numpy as np

from mmsynloc.minisynloc.randomisation import Randomisation

__all__ = ["Kit", "Look", "sample_kits", "sample_look"]

Colour = tuple[float, float, float]

LIGHT_SKIN, DARK_SKIN = np.array([0.60, 0.70, 0.92]), np.array([0.42, 0.58, 0.92])  # scaled by the brightness
HAIRS = {
    "dark": (0.05, 0.05, 0.06),
    "brown": (0.08, 0.13, 0.21),
    "fair": (0.30, 0.50, 0.66),
    "red": (0.08, 0.20, 0.42),
    "grey": (0.45, 0.45, 0.45),
}
COLOURS = {  # (saturation, value) of each kind: the least, the most
    "vivid": ((0.65, 1.0), (0.5, 0.95)),
    "white": ((0.0, 0.12), (0.78, 0.97)),
    "black": ((0.0, 0.4), (0.03, 0.14)),
    "grey": ((0.0, 0.12), (0.25, 0.65)),
    "dark": ((0.5, 1.0), (0.14, 0.4)),
    "pale": ((0.15, 0.5), (0.65, 0.95)),
    "grass": ((0.35, 0.75), (0.3, 0.6)),
}
GRASS_HUE = (0.2, 0.42)
MIN_DIFFERENCE = 0.3


@dataclass(frozen=True)
class Kit:
    """Clothes shared by a team."""

    shirt: Colour
    sleeve: Colour
    shorts: Colour  # or trousers, or tights with shorts over them
    socks: Colour
    trim: Colour
    pattern: str = "plain"
    legs: str = "shorts"
    looseness_m: float = 0.015
    numbers: bool = True


@dataclass(frozen=True)
class Look:
    """What one person looks like; ``hair`` is None for a bald head."""

    kit: Kit
    skin: Colour
    hair: Colour | None
    shoes: Colour
    gloves: Colour | None
    long_sleeves: bool
    hem: float  # end of the shorts as a share of the thigh
    sock: float  # upper end of the socks as a share of the shank
    number: int
    bib: Colour | None = None


def sample_colour(rng: np.random.Generator, kind: str) -> Colour:
    """A colour of one of the kinds of the axis ``kit_colour``."""
    saturation, value = (rng.uniform(*ends) for ends in COLOURS[kind])
    hue = rng.uniform(*GRASS_HUE) if kind == "grass" else rng.random()
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return blue, green, red


def _distance(first: Colour, second: Colour) -> float:
    return float(np.abs(np.subtract(first, second)).max())


def _other_colour(rng: np.random.Generator, randomisation: Randomisation, avoid: list[Colour]) -> Colour:
    """A colour of any kind; one of eight that differs most from those in ``avoid``, or the first that is far enough."""
    drawn = [sample_colour(rng, randomisation.kind(rng, "kit_colour")) for _ in range(8)]
    scores = [min((_distance(colour, other) for other in avoid), default=1.0) for colour in drawn]
    return next((c for c, s in zip(drawn, scores) if s > MIN_DIFFERENCE), drawn[int(np.argmax(scores))])


def _kit(rng: np.random.Generator, randomisation: Randomisation, shirt: Colour) -> Kit:
    trim = _other_colour(rng, randomisation, [shirt])
    kit = Kit(
        shirt=shirt,
        sleeve=trim if rng.random() < 0.15 else shirt,
        shorts=shirt if rng.random() < 0.3 else trim,
        socks=shirt if rng.random() < 0.5 else trim,
        trim=trim,
        pattern=randomisation.kind(rng, "kit_pattern"),
        legs=randomisation.kind(rng, "kit_legs"),
        looseness_m=randomisation.number(rng, "kit_looseness_m"),
        numbers=bool(rng.random() < 0.7),
    )
    if randomisation.kind(rng, "kit_one_colour") == "yes":
        kit = replace(kit, sleeve=shirt, shorts=shirt, socks=shirt, pattern="plain")
    return kit


def sample_kits(rng: np.random.Generator, randomisation: Randomisation) -> dict[str, Kit]:
    """Kits of a match: ``home``, ``away``, their keepers, ``referee`` and ``staff``; the teams' kits differ visibly."""
    kits: dict[str, Kit] = {}
    for name in ("home", "away", "keeper_home", "keeper_away", "referee", "staff"):
        avoid = [kits[team].shirt for team in ("home", "away") if team in kits and name != "staff"]
        kits[name] = _kit(rng, randomisation, _other_colour(rng, randomisation, avoid))
    kits["staff"] = replace(kits["staff"], legs="trousers", pattern="plain", numbers=False)
    kits["referee"] = replace(kits["referee"], numbers=False)
    return kits


def _skin(rng: np.random.Generator, brightness: float) -> Colour:
    mix = np.clip((brightness - 0.3) / 0.5, 0, 1)
    return tuple(brightness * (mix * LIGHT_SKIN + (1 - mix) * DARK_SKIN) * rng.uniform(0.95, 1.05, 3))


def sample_look(rng: np.random.Generator, kit: Kit, randomisation: Randomisation) -> Look:
    """A person in a kit."""
    hair, shade = HAIRS.get(randomisation.kind(rng, "hair")), rng.uniform(0.7, 1.4)
    bib = _other_colour(rng, randomisation, [kit.shirt])
    return Look(
        kit=kit,
        skin=_skin(rng, randomisation.number(rng, "skin_brightness")),
        hair=None if hair is None else tuple(np.array(hair) * shade),
        shoes=tuple(rng.uniform(0.03, 0.25, 3)) if rng.random() < 0.5 else tuple(rng.uniform(0.3, 0.95, 3)),
        gloves=tuple(rng.uniform(0.05, 0.9, 3)) if rng.random() < 0.12 else None,
        long_sleeves=randomisation.kind(rng, "sleeves") == "long" or kit.legs == "trousers",
        hem=float(rng.uniform(0.5, 0.95)),
        sock=float(rng.uniform(0.1, 0.5)) if rng.random() < 0.85 else 0.85,
        number=int(rng.integers(1, 100)),
        bib=bib if randomisation.kind(rng, "kit_bib") == "yes" else None,
    )
