"""Colours of clothes, skin and hair; BGR in 0 to 1 under full light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Kit", "Look", "sample_kits", "sample_look"]

Colour = tuple[float, float, float]

WHITE, BLACK, NAVY = (0.86, 0.88, 0.88), (0.07, 0.06, 0.06), (0.30, 0.12, 0.06)
RED, WINE, BLUE = (0.13, 0.10, 0.72), (0.20, 0.08, 0.38), (0.72, 0.28, 0.09)
SKY, YELLOW, ORANGE = (0.85, 0.68, 0.42), (0.10, 0.76, 0.90), (0.10, 0.42, 0.90)
PINK, PURPLE, LIME, TEAL = (0.66, 0.48, 0.88), (0.48, 0.15, 0.36), (0.25, 0.88, 0.62), (0.5, 0.5, 0.08)
TEAM_SHIRTS = (WHITE, WHITE, BLACK, NAVY, RED, RED, WINE, BLUE, BLUE, SKY, YELLOW, ORANGE, PURPLE)
KEEPER_SHIRTS = (LIME, ORANGE, PINK, TEAL, YELLOW, PURPLE, (0.35, 0.33, 0.33))
REFEREE_SHIRTS = (BLACK, YELLOW, LIME, PINK, RED)
SKINS = ((0.52, 0.64, 0.84), (0.45, 0.57, 0.78), (0.36, 0.47, 0.68), (0.24, 0.33, 0.50), (0.14, 0.20, 0.32))
HAIRS = ((0.05, 0.05, 0.06), (0.06, 0.10, 0.16), (0.12, 0.20, 0.30), (0.30, 0.50, 0.66))


@dataclass(frozen=True)
class Kit:
    """Clothes shared by a team."""

    shirt: Colour
    sleeve: Colour
    shorts: Colour
    socks: Colour
    trim: Colour
    hoop: bool = False  # a broad band of the trim's colour around the chest


@dataclass(frozen=True)
class Look:
    """What one athlete looks like."""

    kit: Kit
    skin: Colour
    hair: Colour
    shoes: Colour
    long_sleeves: bool
    tights: bool
    girth: float


def _distance(first: Colour, second: Colour) -> float:
    return float(np.abs(np.subtract(first, second)).max())


def _choose(rng: np.random.Generator, colours: tuple, avoid: list[Colour]) -> Colour:
    """A colour far from those in ``avoid``; the farthest one if none is far."""
    order = [colours[i] for i in rng.permutation(len(colours))]
    scores = [min((_distance(c, a) for a in avoid), default=1.0) for c in order]
    return next((c for c, s in zip(order, scores) if s > 0.3), order[int(np.argmax(scores))])


def _kit(rng: np.random.Generator, shirt: Colour, plain: bool = False) -> Kit:
    trim = _choose(rng, (WHITE, BLACK, NAVY, RED, YELLOW), [shirt])
    shorts = shirt if rng.random() < 0.45 else trim
    socks = shirt if rng.random() < 0.6 else shorts
    sleeve = trim if not plain and rng.random() < 0.2 else shirt
    hoop = not plain and bool(rng.random() < 0.12)
    return Kit(shirt, sleeve, shorts, socks, trim, hoop)


def sample_kits(rng: np.random.Generator) -> dict[str, Kit]:
    """Kits of a match: ``home``, ``away``, their keepers and ``referee``, all told apart with ease."""
    home = _choose(rng, TEAM_SHIRTS, [])
    away = _choose(rng, TEAM_SHIRTS, [home])
    keeper_home = _choose(rng, KEEPER_SHIRTS, [home, away])
    keeper_away = _choose(rng, KEEPER_SHIRTS, [home, away, keeper_home])
    referee = _choose(rng, REFEREE_SHIRTS, [home, away])
    return {
        "home": _kit(rng, home),
        "away": _kit(rng, away),
        "keeper_home": _kit(rng, keeper_home, plain=True),
        "keeper_away": _kit(rng, keeper_away, plain=True),
        "referee": Kit(referee, referee, BLACK, BLACK, WHITE),
    }


def sample_look(rng: np.random.Generator, kit: Kit) -> Look:
    """Someone in a kit."""
    return Look(
        kit=kit,
        skin=SKINS[int(rng.choice(len(SKINS), p=(0.3, 0.25, 0.2, 0.15, 0.1)))],
        hair=HAIRS[int(rng.choice(len(HAIRS), p=(0.4, 0.3, 0.2, 0.1)))],
        shoes=tuple(rng.uniform(0.05, 0.25, 3)) if rng.random() < 0.55 else tuple(rng.uniform(0.3, 0.95, 3)),
        long_sleeves=bool(rng.random() < 0.3),
        tights=bool(rng.random() < 0.08),
        girth=float(rng.uniform(0.92, 1.12)),
    )
