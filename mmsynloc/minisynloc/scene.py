"""The people of a frame: a moment of a match with two teams that shift with the ball, keepers, officials and others."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from mmsynloc.minisynloc.bodies import load_body_model
from mmsynloc.minisynloc.figures import Figure, build_figure
from mmsynloc.minisynloc.kits import Kit, sample_kits, sample_look
from mmsynloc.minisynloc.poses import sample_pose
from mmsynloc.minisynloc.randomisation import FULL, Randomisation
from mmsynloc.minisynloc.venue import PITCH_HALF_LENGTH_M, PITCH_HALF_WIDTH_M

__all__ = ["FARTHEST_M", "MAX_PEOPLE", "Scene", "sample_scene"]

MAX_PEOPLE = 28
FARTHEST_M = (41.0, 59.0)  # from the middle, across and along, as people of the official set
MIN_GAP_M = 0.55
FORMATIONS = np.array(
    [
        [[-0.62, -0.2, 0.2, 0.62, -0.6, -0.2, 0.2, 0.6, -0.15, 0.18], [-24, -33, -33, -24, 0, -8, -8, 0, 20, 24]],
        [[-0.6, -0.2, 0.2, 0.6, 0.0, -0.3, 0.3, -0.65, 0.0, 0.65], [-22, -33, -33, -22, -15, -2, -2, 18, 26, 18]],
        [[-0.35, 0.0, 0.35, -0.75, -0.25, 0.25, 0.75, -0.25, 0.25, 0.0], [-30, -34, -30, -8, -5, -5, -8, 18, 18, 28]],
    ]
)
"""Outfield players of 4-4-2, 4-3-3 and 3-4-3: across as a share of the half width, along as a percentage of the
length; attack is towards +."""


@dataclass(frozen=True)
class Scene:
    """A moment: the figures, and the ball's position (3,) in metres."""

    figures: tuple[Figure, ...]
    ball_m: np.ndarray


@dataclass
class _Spot:
    position: np.ndarray
    kit: Kit
    speed: float
    faces: float | None = None


def _outfield(rng: np.random.Generator, ball: np.ndarray, side: int, kit: Kit) -> list[_Spot]:
    """Ten players that attack towards ``side`` * y; the block follows the ball and some press it."""
    across, along = FORMATIONS[int(rng.integers(len(FORMATIONS)))]
    squeeze = rng.uniform(0.6, 1.0)
    x = across * PITCH_HALF_WIDTH_M * squeeze + 0.45 * ball[0]
    y = side * along / 100 * 2 * PITCH_HALF_LENGTH_M * rng.uniform(0.55, 0.8) + 0.68 * ball[1]
    spots = np.stack([x, y], axis=1) + rng.normal(0, 3.2, (10, 2))
    pull = np.exp(-np.linalg.norm(spots - ball, axis=1) / 10) * rng.uniform(0.1, 0.9, 10)
    spots += (ball - spots) * pull[:, None]
    limit = np.array([PITCH_HALF_WIDTH_M - 0.5, PITCH_HALF_LENGTH_M - 1])
    speeds = np.where(rng.random(10) < 0.35, 0.0, 0.2 + 0.8 * rng.beta(1.1, 2.2, 10))
    return [_Spot(np.clip(p, -limit, limit), kit, s) for p, s in zip(spots, speeds)]


def _keeper(rng: np.random.Generator, ball: np.ndarray, side: int, kit: Kit) -> _Spot:
    """The keeper of the goal at ``-side`` * y, farther out when the ball is far."""
    goal = -side * PITCH_HALF_LENGTH_M
    out = 1.0 + 0.09 * abs(ball[1] - goal) + abs(rng.normal(0, 1.0))
    position = np.array([np.clip(0.12 * ball[0], -3, 3) + rng.normal(0, 0.8), goal + side * out])
    return _Spot(position, kit, float(rng.choice([0.0, 0.0, 0.35])))


def _officials(rng: np.random.Generator, ball: np.ndarray, players: np.ndarray, kit: Kit) -> list[_Spot]:
    angle = rng.uniform(0, 2 * math.pi)
    referee = ball + rng.uniform(7, 14) * np.array([math.cos(angle), math.sin(angle)])
    referee = np.clip(referee, [-30, -48], [30, 48])
    spots = [_Spot(referee, kit, rng.uniform(0.1, 0.7))]
    for side in (-1, 1):  # each assistant keeps level with the last defenders of one half
        level = np.sort(players[:, 1] * side)[-2]
        position = np.array([side * (PITCH_HALF_WIDTH_M + rng.uniform(0.3, 1.0)), side * np.clip(level, 0, 52)])
        spots.append(_Spot(position, kit, rng.uniform(0.0, 0.6), faces=math.pi if side > 0 else 0.0))
    return spots


def _bystanders(rng: np.random.Generator, kits: dict[str, Kit], count: int) -> list[_Spot]:
    """Substitutes who warm up, coaches and other staff, outside the lines."""
    spots = []
    for _ in range(count):
        side, out = rng.choice([-1, 1]), rng.uniform(0.8, 6.5)
        position = [-PITCH_HALF_WIDTH_M - out, rng.uniform(-50, 50)]
        if rng.random() < 0.3:
            position[0] = PITCH_HALF_WIDTH_M + out
        elif rng.random() < 0.4:
            position = [rng.uniform(-36, 36), side * (PITCH_HALF_LENGTH_M + out)]
        kit = kits[str(rng.choice(["home", "away", "staff", "staff"]))]
        spots.append(_Spot(np.array(position), kit, float(rng.choice([0.0, 0.0, 0.4]))))
    return spots


def _warm_up(rng: np.random.Generator, kits: dict[str, Kit]) -> list[_Spot]:
    """Groups of one kit in circles, rows or loose, with staff among them."""
    spots: list[_Spot] = []
    for _ in range(int(rng.integers(1, 5))):
        count, middle = int(rng.integers(2, 10)), rng.uniform([-33, -48], [33, 48])
        angle, radius = np.arange(count) * 2 * math.pi / count + rng.uniform(0, 6), rng.uniform(1.5, 6)
        ring = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        row = np.arange(count)[:, None] * rng.uniform(1.0, 2.5) * np.array([math.cos(radius), math.sin(radius)])
        loose = rng.normal(0, radius, (count, 2))
        places = middle + (ring, row, loose)[rng.integers(3)] + rng.normal(0, 0.3, (count, 2))
        kit, speed = kits[str(rng.choice(["home", "away"]))], float(rng.choice([0.0, 0.0, 0.35, 0.6]))
        spots += [_Spot(np.clip(place, [-40, -58], [40, 58]), kit, speed) for place in places]
        spots.append(_Spot(middle + rng.normal(0, 4, 2), kits["staff"], 0.0))
    return spots


def _separate(positions: np.ndarray) -> np.ndarray:
    """Move people (N, 2) apart until no two stand on one spot."""
    positions = positions.copy()
    for _ in range(8):
        offset = positions[:, None] - positions[None]
        distance = np.linalg.norm(offset, axis=-1) + np.eye(len(positions)) * 1e3
        push = np.clip(MIN_GAP_M - distance, 0, None) / 2
        positions += (offset / np.maximum(distance, 1e-3)[..., None] * push[..., None]).sum(1)
    return positions


def _sample_spots(rng: np.random.Generator, ball: np.ndarray, occasion: str, kits: dict[str, Kit]) -> list[_Spot]:
    side = int(rng.choice([-1, 1]))
    home, away = _outfield(rng, ball, side, kits["home"]), _outfield(rng, ball, -side, kits["away"])
    players = home + away
    officials = _officials(rng, ball, np.array([p.position for p in players]), kits["referee"])
    keepers = [_keeper(rng, ball, side, kits["keeper_home"]), _keeper(rng, ball, -side, kits["keeper_away"])]
    spots = players + keepers + officials
    bystanders = _bystanders(rng, kits, int(rng.integers(0, 8)))
    if occasion == "few":
        keep = rng.permutation(len(spots))[: int(rng.integers(1, 14))]
        return [spots[i] for i in sorted(keep)] + bystanders
    return (_warm_up(rng, kits) if occasion == "warm-up" else spots) + bystanders


def _sample_ball(rng: np.random.Generator) -> np.ndarray:
    return np.clip(rng.normal(0, [15, 24]), [-33, -51], [33, 51])


def _dress(
    rng: np.random.Generator, spot: _Spot, position: np.ndarray, ball: np.ndarray, randomisation: Randomisation
) -> Figure:
    """The figure at a spot."""
    towards = math.atan2(ball[1] - position[1], ball[0] - position[0])
    heading = (towards if spot.faces is None else spot.faces) + rng.normal(0, 0.7 + 0.7 * spot.speed)
    model = load_body_model()
    build = np.array([randomisation.number(rng, "body_build") for _ in model.components])
    look, height = sample_look(rng, spot.kit, randomisation), randomisation.number(rng, "body_height_m")
    folds = rng.normal(0, randomisation.number(rng, "cloth_folds"), len(model.faces))
    return build_figure(position, heading, sample_pose(rng, spot.speed, randomisation), height, build, look, folds)


def sample_scene(
    rng: np.random.Generator,
    randomisation: Randomisation = FULL,
    board_x_m: float = 41.5,
    board_y_m: float = 59.5,
) -> Scene:
    """A random moment with at most :data:`MAX_PEOPLE` people.

    Args:
        rng: random numbers.
        randomisation: how far people and kits vary.
        board_x_m: distance of the side boards from the pitch's long axis; no person stands behind them.
        board_y_m: distance of the end boards from the halfway line.
    """
    ball, kits = _sample_ball(rng), sample_kits(rng, randomisation)
    occasion, pace = randomisation.kind(rng, "occasion"), randomisation.number(rng, "pace")
    spots = _sample_spots(rng, ball, occasion, kits)
    spots = [spots[i] for i in sorted(rng.permutation(len(spots))[:MAX_PEOPLE])]
    limit = np.minimum(FARTHEST_M, [board_x_m - 0.5, board_y_m - 0.5])
    positions = np.clip(_separate(np.array([spot.position for spot in spots])), -limit, limit)
    figures = []
    for spot, position in zip(spots, positions):
        moving = spot.speed if rng.random() < pace else 0.0
        figures.append(_dress(rng, replace(spot, speed=moving), position, ball, randomisation))
    lift = abs(rng.normal(0, 1.5)) if rng.random() < 0.25 else 0.0
    return Scene(tuple(figures), np.array([ball[0], ball[1], 0.11 + lift]))
