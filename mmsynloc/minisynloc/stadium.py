"""The built surroundings of the pitch as planes: boards, stands with spectators, walls."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from mmsynloc.minisynloc.pitch import sample_texture
from mmsynloc.minisynloc.textures import BOARD_TEXELS_PER_M, SEAT_TEXELS, board_texture, crowd_texture
from mmsynloc.minisynloc.venue import Stand, Venue

__all__ = ["BOARD_HEIGHT_M", "Surface", "stadium_surfaces"]

BOARD_HEIGHT_M = 1.0
SEAT_M = (0.55, 0.85)
WALKWAY_M = 2.5
CROWD_TEXELS_PER_PX = 3.0  # of a Full HD picture, at the far stand
AISLE_M = 14.0

Field = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Surface:
    """A plane ``normal . p = offset``; ``inside`` selects its points, ``colour`` gives their colours.

    Both take the points as arrays (H, W): the distance ``out`` from the pitch's centre towards the surface's side,
    the position ``along`` that side, and the height ``z``, in metres. ``colour`` gives (H, W, 3), BGR in 0 to 1.
    """

    axis: int  # 0: a side along the touch lines, 1: an end
    sign: int
    normal: tuple[float, float, float]
    offset: float
    inside: Field
    colour: Field

    def split(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """``out`` and ``along`` of points."""
        return (self.sign * x, y) if self.axis == 0 else (self.sign * y, x)


def _upright(axis: int, sign: int, out: float, inside: Field, colour: Field) -> Surface:
    x, y, z = (float(sign * (i == axis)) for i in range(3))
    return Surface(axis, sign, (x, y, z), out, inside, colour)


def _board(axis: int, sign: int, out: float, half_length: float, texture: np.ndarray) -> Surface:
    mirror = -sign if axis == 0 else sign  # lettering reads from left to right, seen from the pitch

    def inside(out_m: np.ndarray, along: np.ndarray, z: np.ndarray) -> np.ndarray:
        return (z >= 0) & (z < BOARD_HEIGHT_M) & (np.abs(along) <= half_length)

    def colour(out_m: np.ndarray, along: np.ndarray, z: np.ndarray) -> np.ndarray:
        rows = np.clip((BOARD_HEIGHT_M - z) * BOARD_TEXELS_PER_M, 0, BOARD_TEXELS_PER_M - 1)
        return sample_texture(texture, mirror * along * BOARD_TEXELS_PER_M, rows)

    return _upright(axis, sign, out, inside, colour)


def _slope(axis: int, sign: int, first: float, stand: Stand, reach: float, crowd: np.ndarray, up: int) -> Surface:
    """Rows of seats; ``up`` is -1 where the viewer looks at the faces, 1 where at the backs."""
    tilt = math.hypot(1, stand.slope)
    texels = SEAT_TEXELS[0] / SEAT_M[0], up * tilt * SEAT_TEXELS[1] / SEAT_M[1]

    def inside(out: np.ndarray, along: np.ndarray, z: np.ndarray) -> np.ndarray:
        return (out >= first) & (out < first + stand.depth_m) & (np.abs(along) < reach)

    def colour(out: np.ndarray, along: np.ndarray, z: np.ndarray) -> np.ndarray:
        seats = sample_texture(crowd, along * texels[0], (out - first) * texels[1])
        aisle = np.abs(along - AISLE_M * np.round(along / AISLE_M)) < 0.6
        return np.where(aisle[..., None], np.float32(0.30), seats)

    x, y = (-sign * stand.slope * (i == axis) for i in range(2))
    return Surface(axis, sign, (x, y, 1.0), BOARD_HEIGHT_M - stand.slope * first, inside, colour)


def _wall(axis: int, sign: int, out: float, stand: Stand, reach: float, tone: float) -> Surface:
    """The back of a stand with pillars, and the roof's edge."""
    top = BOARD_HEIGHT_M + stand.depth_m * stand.slope

    def inside(out_m: np.ndarray, along: np.ndarray, z: np.ndarray) -> np.ndarray:
        return (z >= top - 0.5) & (z < top + stand.wall_m) & (np.abs(along) < reach)

    def colour(out_m: np.ndarray, along: np.ndarray, z: np.ndarray) -> np.ndarray:
        pillar = np.abs(along - 7 * np.round(along / 7)) < 0.25
        shade = np.where(z > top + stand.wall_m - 0.9, 0.55, np.where(pillar, tone * 1.5, tone))
        return shade[..., None].astype(np.float32) * np.array([1.05, 1.0, 0.95], np.float32)

    return _upright(axis, sign, out, inside, colour)


def _blurred_tile(texture: np.ndarray, sigma: float) -> np.ndarray:
    """A tile (h, w, 3), as blurred as among its own repetitions to the right and below."""
    height, width = texture.shape[:2]
    reach = round(4 * sigma) + 2  # OpenCV's kernel for float32
    wide = np.tile(texture, (2, 2, 1))[: height + reach, : width + reach]
    return cv2.GaussianBlur(wide, (0, 0), sigma)[:height, :width]


def _crowd(venue: Venue, share: float, rng: np.random.Generator, back: bool = False) -> np.ndarray:
    """The venue's crowd, as blurred and as bright as its axes say."""
    numbers = venue.drawn.numbers
    texture = crowd_texture(rng, venue.seat_bgr, share, back=back)
    blur = numbers["crowd_blur_px"] * CROWD_TEXELS_PER_PX
    if blur > 0.3:
        texture = _blurred_tile(texture, blur)
    return np.clip(texture * np.float32(numbers["crowd_brightness"]), 0, 1)


def _boards(venue: Venue, axis: int, sign: int, rng: np.random.Generator, back: bool = False) -> list[Surface]:
    out, half = (venue.board_x_m, venue.board_y_m) if axis == 0 else (venue.board_y_m, venue.board_x_m)
    kind = venue.drawn.kinds["boards"]
    if kind == "none":
        return []
    if kind == "plain" or back:
        texture = np.full((2, 2, 3), rng.uniform(0.05, 0.3), np.float32)
        if kind == "plain":
            texture = np.tile(rng.choice([0.9, 0.5, 0.15]) * rng.uniform(0.5, 1, 3), (2, 2, 1)).astype(np.float32)
        return [_board(axis, sign, out, half, texture)]
    return [_board(axis, sign, out, half, board_texture(rng))]


def _side(
    venue: Venue, stand: Stand, axis: int, sign: int, reach: float, crowd: np.ndarray, rng: np.random.Generator
) -> list[Surface]:
    first = (venue.board_x_m if axis == 0 else venue.board_y_m) + WALKWAY_M
    return [
        *_boards(venue, axis, sign, rng),
        _slope(axis, sign, first, stand, reach, crowd, -1),
        _wall(axis, sign, first + stand.depth_m, stand, reach, rng.uniform(0.1, 0.4)),
    ]


def _near_side(venue: Venue, rng: np.random.Generator) -> list[Surface]:
    """The boards from behind, and the stand that holds the camera, well below it."""
    boards, first = _boards(venue, 0, -1, rng, back=True), venue.board_x_m + WALKWAY_M
    x, _, z = venue.camera.position_m
    if abs(x) - first < 2.0:  # the camera hangs over the boards
        return boards
    slope = np.clip((z - 5.5 - BOARD_HEIGHT_M) / (abs(x) - first), 0.05, 0.5)
    share = float(np.clip(venue.drawn.numbers["crowd_share"] + rng.uniform(-0.1, 0.3), 0, 1))
    stand = Stand(60.0, float(slope), 0.0)
    return [*boards, _slope(0, -1, first, stand, 80.0, _crowd(venue, share, rng, back=True), 1)]


def stadium_surfaces(venue: Venue, rng: np.random.Generator) -> list[Surface]:
    """All surfaces of the stadium but the ground."""
    crowd = _crowd(venue, venue.drawn.numbers["crowd_share"], rng)
    far_reach, end_reach = venue.board_y_m + float(rng.uniform(-6, 3)), venue.board_x_m - 3
    surfaces = _side(venue, venue.far, 0, 1, far_reach, crowd, rng)
    surfaces += _side(venue, venue.left, 1, 1, end_reach, crowd, rng)
    surfaces += _side(venue, venue.right, 1, -1, end_reach, crowd, rng)
    return surfaces + _near_side(venue, rng)
