"""The markings of a pitch, by the Laws of the Game, in the pitch frame."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "CIRCLE_RADIUS_M",
    "CORNER_RADIUS_M",
    "GOAL_AREA_M",
    "GOAL_M",
    "HALF_LENGTH_M",
    "HALF_WIDTH_M",
    "PENALTY_AREA_M",
    "PENALTY_SPOT_M",
    "PitchMarkings",
    "goal_frames",
    "near_pitch",
    "pitch_markings",
]

HALF_WIDTH_M, HALF_LENGTH_M = 34.0, 52.5
"""Of the usual pitch; the Laws leave length and width open, and fix all that follows."""
PENALTY_AREA_M = (20.16, 16.5)
"""Half width, and reach into the pitch."""
GOAL_AREA_M = (9.16, 5.5)
PENALTY_SPOT_M = 11.0
CIRCLE_RADIUS_M = 9.15
CORNER_RADIUS_M = 1.0
GOAL_M = (7.32, 2.44)
"""Width between the posts and height of the crossbar."""


class PitchMarkings(NamedTuple):
    """Lines on the ground as polylines (M, 2) in metres, and the three spots (3, 2).

    Attributes:
        middle: the halfway line, the centre circle.
        negative: the half y < 0 with its touch lines, areas, arcs.
        positive: the half y > 0.
        spots: the centre, and the penalty spots of the negative and the positive half.
    """

    middle: list[np.ndarray]
    negative: list[np.ndarray]
    positive: list[np.ndarray]
    spots: np.ndarray


def pitch_markings(
    length_m: float = 2 * HALF_LENGTH_M, width_m: float = 2 * HALF_WIDTH_M, step_m: float = 0.25
) -> PitchMarkings:
    """Sample the markings.

    Args:
        length_m: of the touch lines.
        width_m: of the goal lines.
        step_m: largest distance of neighbouring points of a line, for lenses that bend it.
    """
    half = _half(length_m / 2, width_m / 2, step_m)
    circle = _arc((0, 0), CIRCLE_RADIUS_M, 0, 2 * math.pi, step_m)
    halfway = _line([(-width_m / 2, 0), (width_m / 2, 0)], step_m)
    spot = length_m / 2 - PENALTY_SPOT_M
    spots = np.array([[0, 0], [0, -spot], [0, spot]])
    return PitchMarkings([halfway, circle], [line * [1, -1] for line in half], half, spots)


def goal_frames(length_m: float = 2 * HALF_LENGTH_M) -> tuple[np.ndarray, np.ndarray]:
    """Posts and crossbars of the goals at y < 0 and y > 0, each a polyline (4, 3) in metres."""
    width, height = GOAL_M
    x, z = np.array([-1, -1, 1, 1]) * width / 2, np.array([0, 1, 1, 0]) * height
    negative, positive = (np.stack([x, np.full(4, y), z], -1) for y in (-length_m / 2, length_m / 2))
    return negative, positive


def near_pitch(points_pitch_m: Any, margin_m: float) -> Any:
    """Which points lie on the usual pitch or around it.

    Args:
        points_pitch_m: (..., 2) m, array or tensor.
        margin_m: how far beyond the lines still counts.

    Returns:
        (...) bool, of the same kind; false for NaN, which is above the horizon.
    """
    x, y = abs(points_pitch_m[..., 0]), abs(points_pitch_m[..., 1])
    return (x <= HALF_WIDTH_M + margin_m) & (y <= HALF_LENGTH_M + margin_m)


def _half(length: float, w: float, step_m: float) -> list[np.ndarray]:
    """The half y > 0 without the halfway line; ``length`` and ``w`` are half those of the pitch."""
    lines = [_line([(-w, 0), (-w, length), (w, length), (w, 0)], step_m)]
    for half_width, reach in (PENALTY_AREA_M, GOAL_AREA_M):
        near, far = length, length - reach
        lines.append(_line([(-half_width, near), (-half_width, far), (half_width, far), (half_width, near)], step_m))
    spread = math.acos((PENALTY_AREA_M[1] - PENALTY_SPOT_M) / CIRCLE_RADIUS_M)
    down = -math.pi / 2
    lines.append(_arc((0, length - PENALTY_SPOT_M), CIRCLE_RADIUS_M, down - spread, down + spread, step_m))
    lines.append(_arc((-w, length), CORNER_RADIUS_M, down, 0, step_m))
    lines.append(_arc((w, length), CORNER_RADIUS_M, math.pi, math.pi * 3 / 2, step_m))
    return lines


def _line(corners: list[tuple[float, float]], step_m: float) -> np.ndarray:
    points = np.array(corners, float)
    counts = np.ceil(np.linalg.norm(np.diff(points, axis=0), axis=1) / step_m).astype(int)
    parts = [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(points, points[1:], counts)]
    return np.concatenate([*parts, points[-1:]])


def _arc(centre: tuple[float, float], radius: float, start: float, stop: float, step_m: float) -> np.ndarray:
    angle = np.linspace(start, stop, math.ceil(abs(stop - start) * radius / step_m) + 1)
    return np.array(centre) + radius * np.stack([np.cos(angle), np.sin(angle)], -1)
