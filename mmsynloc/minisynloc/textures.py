"""Pictures on the surroundings of the pitch: spectators and advertising boards; BGR in 0 to 1."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np

__all__ = ["BOARD_TEXELS_PER_M", "SEAT_TEXELS", "board_texture", "crowd_texture"]

SEAT_TEXELS = (20, 24)
"""Width and height of one seat in texels of :func:`crowd_texture`."""

BOARD_TEXELS_PER_M = 40
SKIN_BGR = np.array([[0.50, 0.60, 0.78], [0.38, 0.50, 0.68], [0.18, 0.25, 0.38]])


def _ellipse(tile: np.ndarray, x: float, y: float, axes: tuple[float, float], colour: np.ndarray) -> None:
    bgr = np.clip(colour * 255, 0, 255).tolist()
    centre, size = (round(x * 16), round(y * 16)), (round(axes[0] * 16), round(axes[1] * 16))
    cv2.ellipse(tile, centre, size, 0, 0, 360, bgr, -1, cv2.LINE_AA, 4)


def _spectator(tile: np.ndarray, x: float, y: float, clothes: np.ndarray, back: bool, rng: np.random.Generator) -> None:
    """One person from the front or the back; (x, y) is the middle of the shoulders."""
    skin = SKIN_BGR[rng.integers(len(SKIN_BGR))] * rng.uniform(0.7, 1.0)
    hair = rng.uniform(0.04, 0.22) * np.array([0.7, 0.85, 1.0])
    _ellipse(tile, x, y + 10, (8.0, 11.5), clothes)
    _ellipse(tile, x, y + 14, (5.5, 8.0), clothes * 0.8)
    _ellipse(tile, x, y - 4.5, (4.0, 4.8), hair)
    if not back:
        _ellipse(tile, x + rng.normal(0, 0.6), y - 3.2, (3.1, 3.9), skin)


def crowd_texture(
    rng: np.random.Generator, seat_bgr: tuple[float, ...], share: float, back: bool = False, size: tuple = (44, 16)
) -> np.ndarray:
    """Rows of seats with spectators, a repeating tile (rows * 24, seats * 20, 3).

    Args:
        rng: random numbers.
        seat_bgr: colour of the empty seats.
        share: share of the seats that are taken, 0 to 1.
        back: show the people from behind.
        size: seats in a row, and rows.
    """
    (dx, dy), (seats, rows) = SEAT_TEXELS, size
    dull = rng.uniform(0.08, 0.38, (12, 1)) * rng.uniform(0.85, 1.15, (12, 3))
    bright = rng.uniform(0.3, 0.75, (3, 1)) * rng.uniform(0.55, 1.1, (3, 3))
    colours = np.concatenate([dull, bright])
    tile = np.full((rows * dy, seats * dx, 3), 56, np.uint8)
    for row in range(rows):
        tile[row * dy : row * dy + 5] = 76
        for seat in range(seats):
            x, y = seat * dx + 10 + rng.normal(0, 1.6), row * dy + 11 + rng.normal(0, 1.4)
            if rng.random() < share:
                _spectator(tile, x, y, colours[rng.integers(len(colours))] * rng.uniform(0.6, 1.1), back, rng)
            else:
                colour = np.array(seat_bgr) * rng.uniform(0.6, 0.85) * 255
                cv2.rectangle(tile, (round(x - 7), round(y - 2)), (round(x + 7), round(y + 10)), colour.tolist(), -1)
    return tile.astype(np.float32) / 255


def _slogan(tile: np.ndarray, rng: np.random.Generator, colour: list) -> None:
    """Letters made of strokes, as broad as an advertisement's lettering."""
    height, width = tile.shape[:2]
    step = round(rng.uniform(0.3, 0.5) * height)
    x, top = round(rng.uniform(0.08, 0.2) * width), round(0.24 * height)
    while x + step < 0.9 * width:
        upright = [(0, 0, 0, 2)] if rng.random() < 0.8 else []
        strokes = upright + [tuple(rng.integers(0, 3, 4)) for _ in range(2)]
        for x0, y0, x1, y1 in strokes:
            first = (round(x + x0 * step / 3), round(top + y0 * height / 4))
            last = (round(x + x1 * step / 3), round(top + y1 * height / 4))
            cv2.line(tile, first, last, colour, max(2, height // 9), cv2.LINE_AA)
        x += step if rng.random() < 0.85 else 2 * step


def board_texture(rng: np.random.Generator, boards: int = 24) -> np.ndarray:
    """A row of advertising boards, each 5 m by 1 m: (40, boards * 200, 3); it repeats."""
    tiles = []
    for _ in range(boards):
        value = float(rng.choice([0.1, 0.15, 0.4, 0.8, 0.85]))
        saturation = rng.uniform(0.4, 0.9) if rng.random() < 0.5 else rng.uniform(0, 0.12)
        ground = np.array(colorsys.hsv_to_rgb(rng.random(), saturation, value))[::-1]
        tile = np.empty((BOARD_TEXELS_PER_M, 5 * BOARD_TEXELS_PER_M, 3), np.uint8)
        tile[:] = np.round(ground * 255)
        ink = np.full(3, 0.9) if ground.max() < 0.6 or saturation > 0.3 else rng.uniform(0.02, 0.35, 3)
        _slogan(tile, rng, (ink * 255).tolist())
        tile[:, :2] = 50
        tile[:2] = 90
        tiles.append(tile)
    return np.concatenate(tiles, axis=1).astype(np.float32) / 255
