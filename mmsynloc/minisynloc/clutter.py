"""Things and people beside the pitch that are no athletes: they stand in the background and have no annotation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mmsynloc.minisynloc.compositing import composite
from mmsynloc.minisynloc.figures import Figure, build_figure, build_sphere
from mmsynloc.minisynloc.kits import sample_kits, sample_look
from mmsynloc.minisynloc.lighting import figure_light
from mmsynloc.minisynloc.poses import sample_pose
from mmsynloc.minisynloc.randomisation import FULL
from mmsynloc.minisynloc.rasterise import VIRTUAL_SIZE, draw_figure
from mmsynloc.minisynloc.venue import PITCH_HALF_LENGTH_M, PITCH_HALF_WIDTH_M, Venue

__all__ = ["build_box", "draw_clutter", "draw_onlookers"]

CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 1.0)])
QUADS = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (1, 5, 7, 3), (0, 2, 6, 4))  # from outside
BOX_FACES = np.array([triangle for a, b, c, d in QUADS for triangle in ((a, b, c), (a, c, d))])
DUGOUT_M = (1.6, 8.0, 2.1)


def build_box(centre_m: np.ndarray, size_m: np.ndarray, heading: float, colour: np.ndarray) -> Figure:
    """A box that stands on the ground at ``centre_m`` (2,), ``size_m`` (3,) in its own axes."""
    cos, sin = np.cos(heading), np.sin(heading)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    normals = (CORNERS - [0, 0, 0.5]) / np.sqrt(0.75) @ turn.T
    base = np.array([*centre_m, 0.0])
    colours, plain = np.tile(colour, (12, 1)), np.zeros(12, bool)
    middle = np.array([*centre_m, size_m[2] / 2])
    return Figure(middle, CORNERS * size_m @ turn.T + base, normals, BOX_FACES, colours, np.zeros(8, int), plain)


def _colour(rng: np.random.Generator) -> np.ndarray:
    """White, black, or anything."""
    tone = rng.choice([0.9, 0.08, rng.uniform(0.15, 0.8)])
    return np.clip(tone * rng.uniform(0.6, 1.2, 3) if rng.random() < 0.5 else np.full(3, tone), 0, 1)


def _sized(low: tuple, high: tuple) -> Callable[[np.random.Generator, np.ndarray], list[Figure]]:
    def build(rng: np.random.Generator, place: np.ndarray) -> list[Figure]:
        heading = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.15)
        return [build_box(place, rng.uniform(low, high), heading, _colour(rng))]

    return build


def _ball(rng: np.random.Generator, place: np.ndarray) -> list[Figure]:
    balls = place + rng.normal(0, 0.4, (rng.integers(1, 5), 2))
    return [build_sphere(np.array([*ball, 0.11]), 0.11, tuple(_colour(rng))) for ball in balls]


def _small_goal(rng: np.random.Generator, place: np.ndarray) -> list[Figure]:
    """A portable goal, seen as its frame."""
    half, height, white = rng.uniform(1.0, 2.5), rng.uniform(1.2, 2.1), np.full(3, rng.uniform(0.7, 0.95))
    posts = [place + np.array([0, side * half]) for side in (-1, 1)]
    frame = [build_box(post, np.array([0.1, 0.1, height]), 0, white) for post in posts]
    return [*frame, build_box(place + np.array([0.9, 0]), np.array([0.08, 2 * half, 0.08]), 0, white)]


THINGS = (
    (_sized((0.3, 2.0, 0.4), (0.6, 6.0, 0.55)), 2),  # benches
    (_sized((0.3, 0.3, 0.2), (1.2, 1.0, 1.0)), 5),  # boxes and bags
    (_sized((0.2, 0.2, 0.25), (0.35, 0.35, 0.5)), 3),  # cones
    (_sized((0.06, 0.06, 1.0), (0.15, 0.15, 3.0)), 3),  # posts and flags
    (_sized((0.25, 0.3, 1.2), (0.5, 0.6, 2.0)), 2),  # bins, camera stands, covered goals' parts: as large as a person
    (_sized((0.05, 1.5, 0.8), (0.1, 4.0, 1.0)), 2),  # single boards
    (_ball, 2),
    (_small_goal, 1),
)
"""Objects beside a pitch, and how often each occurs."""


def _beside(rng: np.random.Generator, low_m: float, high_m: float) -> np.ndarray:
    """A place (2,) at a distance between two bounds outside the lines, most often along the near touch line."""
    side, out = rng.choice(4, p=[0.45, 0.25, 0.15, 0.15]), rng.uniform(low_m, high_m)
    along = rng.uniform(-1, 1)
    if side < 2:
        return np.array([(-1, 1)[side] * (PITCH_HALF_WIDTH_M + out), along * 55])
    return np.array([along * 36, (-1, 1)[side - 2] * (PITCH_HALF_LENGTH_M + out)])


def _dugouts(rng: np.random.Generator, venue: Venue) -> list[Figure]:
    kind, colour = venue.drawn.kinds["dugouts"], _colour(rng)
    if kind == "none":
        return []
    x = (PITCH_HALF_WIDTH_M + venue.drawn.numbers["margin_m"] - 1.0) * (-1 if kind == "near" else 1)
    size = np.array(DUGOUT_M) * rng.uniform(0.8, 1.3, 3)
    return [build_box(np.array([x, y]), size, 0.0, colour) for y in (-15.0, 15.0)]


def _draw(
    pictures: list[np.ndarray], venue: Venue, falloff: np.ndarray, figures: list[Figure], blurs: list, alphas: list
) -> None:
    """Draw figures into pictures (H, W, 3) of the venue, in place, far to near."""
    height, width = falloff.shape
    fine, cell, eye = venue.camera.resized(VIRTUAL_SIZE), VIRTUAL_SIZE[0] // width, venue.camera.position_m
    for i in np.argsort([-np.linalg.norm(figure.pelvis_m - eye) for figure in figures]):
        u, v = np.nan_to_num(venue.camera.resized((width, height)).pitch_to_pixel(figures[i].pelvis_m[None]).points[0])
        u, v = int(np.clip(u, 0, width - 1)), int(np.clip(v, 0, height - 1))
        light = figure_light(venue, figures[i].pelvis_m, float(falloff[v, u]))
        patch = draw_figure(fine, figures[i], light, cell)
        if patch is not None:
            for picture in pictures:
                composite(picture, patch, cell, blurs[i], alphas[i])


def draw_clutter(pictures: list[np.ndarray], venue: Venue, falloff: np.ndarray, rng: np.random.Generator) -> None:
    """Draw benches, boxes, posts, balls and dugouts into pictures (H, W, 3) uint8 of the empty stadium, in place.

    Args:
        pictures: each gets the same things.
        venue: gives their number, light and camera.
        falloff: (H, W) brightness of the lens.
        rng: random numbers.
    """
    shares = np.array([share for _, share in THINGS], float)
    figures = _dugouts(rng, venue)
    for _ in range(round(venue.drawn.numbers["clutter"])):
        build = THINGS[int(rng.choice(len(THINGS), p=shares / shares.sum()))][0]
        figures += build(rng, _beside(rng, 1.5, venue.drawn.numbers["margin_m"] - 0.3))
    _draw(pictures, venue, falloff, figures, [0.0] * len(figures), [1.0] * len(figures))


def draw_onlookers(pictures: list[np.ndarray], venue: Venue, falloff: np.ndarray, rng: np.random.Generator) -> None:
    """Draw blurred people behind the boards, and pale smears of people by the lines; as :func:`draw_clutter`."""
    numbers, figures, blurs, alphas = venue.drawn.numbers, [], [], []
    kits = sample_kits(rng, FULL)
    onlookers, ghosts = round(numbers["onlookers"]), round(numbers["ghosts"])
    for i in range(onlookers + ghosts):
        ghost = i >= onlookers
        margin = numbers["margin_m"]
        place = _beside(rng, 1.0, margin - 0.5) if ghost else _beside(rng, margin + 0.6, margin + 2.4)
        look = sample_look(rng, kits[str(rng.choice(list(kits)))], FULL)
        height, build = rng.uniform(1.5, 1.95), rng.uniform(-1.5, 1.5, 8)
        figures.append(build_figure(place, rng.uniform(0, 6.28), sample_pose(rng, 0.0), height, build, look))
        scale = falloff.shape[1] / 1920
        blurs.append(scale * (rng.uniform(2, 5) if ghost else rng.uniform(0.8, 3.0)))
        alphas.append(rng.uniform(0.2, 0.6) if ghost else 1.0)
    _draw(pictures, venue, falloff, figures, blurs, alphas)
