"""Who is where: a moment of a match, with two teams that shift with the ball, keepers, officials and others."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mmsynloc.minisynloc.figures import Figure, build_figure
from mmsynloc.minisynloc.kits import Kit, sample_kits, sample_look
from mmsynloc.minisynloc.poses import sample_pose
from mmsynloc.minisynloc.venue import PITCH_HALF_LENGTH_M, PITCH_HALF_WIDTH_M

__all__ = ["MAX_PEOPLE", "Scene", "sample_scene"]

MAX_PEOPLE = 28
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
    """Substitutes who warm up and coaches, outside the lines."""
    spots = []
    for _ in range(count):
        side, near = rng.choice([-1, 1]), rng.random() < 0.6
        position = [-PITCH_HALF_WIDTH_M - rng.uniform(1.2, 3.2), side * rng.uniform(5, 45)]
        if not near:
            position = [rng.uniform(-30, 30), side * (PITCH_HALF_LENGTH_M + rng.uniform(1.5, 4))]
        spots.append(
            _Spot(np.array(position), kits[str(rng.choice(["home", "away", "referee"]))], rng.choice([0.0, 0.4]))
        )
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


def _sample_spots(rng: np.random.Generator, ball: np.ndarray) -> list[_Spot]:
    kits = sample_kits(rng)
    side = int(rng.choice([-1, 1]))
    home, away = _outfield(rng, ball, side, kits["home"]), _outfield(rng, ball, -side, kits["away"])
    players = home + away
    officials = _officials(rng, ball, np.array([p.position for p in players]), kits["referee"])
    keepers = [_keeper(rng, ball, side, kits["keeper_home"]), _keeper(rng, ball, -side, kits["keeper_away"])]
    spots = players + keepers + officials
    if rng.random() < 0.33:  # before or after the game: some are on the pitch
        keep = rng.permutation(len(spots))[: int(rng.integers(1, 18))]
        return [spots[i] for i in sorted(keep)]
    return spots + _bystanders(rng, kits, int(rng.integers(0, 4)))


def _sample_ball(rng: np.random.Generator) -> np.ndarray:
    return np.clip(rng.normal(0, [15, 24]), [-33, -51], [33, 51])


def sample_scene(rng: np.random.Generator) -> Scene:
    """A random moment with at most :data:`MAX_PEOPLE` people."""
    ball = _sample_ball(rng)
    spots = _sample_spots(rng, ball)[:MAX_PEOPLE]
    positions = _separate(np.array([spot.position for spot in spots]))
    figures = []
    for spot, position in zip(spots, positions):
        towards = math.atan2(ball[1] - position[1], ball[0] - position[0])
        heading = (towards if spot.faces is None else spot.faces) + rng.normal(0, 0.5 + 0.7 * spot.speed)
        look, height = sample_look(rng, spot.kit), float(np.clip(rng.normal(1.81, 0.07), 1.65, 2.0))
        figures.append(build_figure(position, heading, sample_pose(rng, spot.speed), height, look))
    lift = abs(rng.normal(0, 1.5)) if rng.random() < 0.25 else 0.0
    return Scene(tuple(figures), np.array([ball[0], ball[1], 0.11 + lift]))
