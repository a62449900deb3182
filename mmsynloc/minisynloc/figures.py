"""Solid figures: a skeleton dressed in rounded parts, each the hull of a few balls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mmsynloc.minisynloc.kits import Colour, Look
from mmsynloc.minisynloc.poses import Pose, Skeleton, build_skeleton

__all__ = ["BALL_RADIUS_M", "Figure", "Part", "build_ball", "build_figure"]

BALL_RADIUS_M = 0.11


@dataclass(frozen=True)
class Part:
    """Convex hull of balls: ``centres_m`` (K, 3) in the pitch frame, ``radii_m`` (K,); one colour.

    Parts are drawn in the order of their ``anchor_m`` (3,) from far to near, in the listed order where it is equal.
    One with an outward ``normal`` (3,) is a print, seen from that side only.
    """

    centres_m: np.ndarray
    radii_m: np.ndarray
    colour: Colour
    anchor_m: np.ndarray
    normal: np.ndarray | None = None


@dataclass(frozen=True)
class Figure:
    """An athlete on the pitch: ``pelvis_m`` (3,) and the parts of the body."""

    pelvis_m: np.ndarray
    parts: tuple[Part, ...]

    @property
    def centres_m(self) -> np.ndarray:
        """Centres (B, 3) of all balls."""
        return np.concatenate([part.centres_m for part in self.parts])


def _leg(s: Skeleton, i: int, look: Look) -> list[tuple]:
    knee, ankle, hip, toe, heel = (f"{name}{i}" for name in ("knee", "ankle", "hip", "toe", "heel"))
    bare = look.kit.shorts if look.tights else look.skin
    return [
        ([s[heel], s[toe]], [0.040, 0.034], look.shoes),
        ([s[ankle], s[heel]], [0.038, 0.036], look.shoes),
        ([s.between(knee, ankle, 0.14), s.between(knee, ankle, 0.35), s[ankle]], [0.056, 0.062, 0.040], look.kit.socks),
        ([s.between(hip, knee, 0.55), s[knee], s.between(knee, ankle, 0.14)], [0.077, 0.059, 0.054], bare),
        ([s[hip], s.between(hip, knee, 0.62)], [0.098, 0.098], look.kit.shorts),
    ]


def _arm(s: Skeleton, i: int, look: Look) -> list[tuple]:
    shoulder, elbow, hand = f"shoulder{i}", f"elbow{i}", f"hand{i}"
    lower = look.kit.sleeve if look.long_sleeves else look.skin
    return [
        ([s[shoulder], s.between(shoulder, elbow, 0.7)], [0.060, 0.058], look.kit.sleeve),
        ([s.between(shoulder, elbow, 0.6), s[elbow]], [0.046, 0.041], lower),
        ([s[elbow], s.between(elbow, hand, 0.85)], [0.041, 0.031], lower),
        ([s[hand]], [0.045], look.skin),
    ]


def _forward(s: Skeleton) -> np.ndarray:
    """The direction the chest faces, level; the figure faces +x in its own frame."""
    level = np.cross(s["shoulder0"] - s["shoulder1"], [0, 0, 1])
    return level / np.linalg.norm(level)


def _trunk(s: Skeleton, look: Look) -> list[tuple]:
    kit = look.kit
    up = (s["neck"] - s["pelvis"]) / np.linalg.norm(s["neck"] - s["pelvis"])
    across = s["shoulder0"] - s["shoulder1"]
    waist, chest = s.between("pelvis", "neck", 0.22), s.between("pelvis", "neck", 0.68)
    belly = [waist + 0.13 * across, waist - 0.13 * across]
    breast = [chest + 0.24 * across, chest - 0.24 * across]
    shoulders = [s.between("neck", f"shoulder{i}", 0.8) - 0.015 * up for i in (0, 1)]
    shirt = [*belly, *breast, *shoulders, s["neck"] - 0.035 * up]
    return [
        ([s["hip0"], s["hip1"], waist], [0.098, 0.098, 0.108], kit.shorts),
        (shirt, [0.105, 0.105, 0.108, 0.108, 0.058, 0.058, 0.065], kit.shirt),
        *_prints(s, look, np.mean(shirt, axis=0), chest, breast),
    ]


def _prints(s: Skeleton, look: Look, anchor: np.ndarray, chest: np.ndarray, breast: list[np.ndarray]) -> list[tuple]:
    """What is on the shirt: a hoop, and the number on the back as two strokes."""
    prints = [(breast, [0.108, 0.108], look.kit.trim, anchor, None)] if look.kit.hoop else []
    back, across = -_forward(s), s["shoulder0"] - s["shoulder1"]
    for x in (-0.12, 0.12):
        middle, stroke = chest + 0.09 * back + x * across, np.array([0, 0, 0.08])
        ends = [middle + stroke, middle - stroke]
        prints.append((ends, [0.024, 0.024], look.kit.trim, anchor, back))
    return prints


def _head(s: Skeleton, look: Look, height: float) -> list[tuple]:
    up = (s["neck"] - s["pelvis"]) / np.linalg.norm(s["neck"] - s["pelvis"])
    head, forward = s["head"], _forward(s)
    chin = head + 0.012 * height * forward - 0.035 * height * up
    crown = head + 0.02 * height * up - 0.014 * height * forward
    return [
        ([s["neck"] - 0.01 * up, head - 0.05 * up], [0.052, 0.050], look.skin),
        ([chin, head + 0.01 * up], [0.061, 0.081], look.skin),
        ([crown, crown - 0.02 * forward - 0.03 * up], [0.085, 0.078], look.hair),
    ]


def _place(raw: tuple, turn: np.ndarray, offset: np.ndarray, scale: float) -> Part:
    """A part in the pitch frame, from (centres, radii, colour[, anchor, normal]) in the body frame."""
    centres, radii, colour, *rest = raw
    anchor, normal = rest or (np.mean(centres, axis=0), None)
    return Part(
        np.array(centres) @ turn.T + offset,
        np.array(radii) * scale,
        colour,
        turn @ anchor + offset,
        None if normal is None else turn @ normal,
    )


def build_ball(position_m: np.ndarray) -> Figure:
    """The ball as a figure of one part; ``position_m`` (3,) is its centre."""
    part = Part(position_m[None], np.array([BALL_RADIUS_M]), (0.9, 0.9, 0.9), position_m)
    return Figure(position_m, (part,))


def build_figure(position_m: np.ndarray, heading: float, pose: Pose, height_m: float, look: Look) -> Figure:
    """Place an athlete.

    Args:
        position_m: (2,) ground position of the pelvis.
        heading: direction the athlete faces, radians from +x towards +y.
        pose: joint angles.
        height_m: standing height.
        look: clothes, colours and girth.
    """
    skeleton = build_skeleton(pose, height_m)
    cos, sin = np.cos(heading), np.sin(heading)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    offset = np.array([position_m[0], position_m[1], 0.0])
    raw = _trunk(skeleton, look) + _head(skeleton, look, height_m)
    for i in (0, 1):
        raw += _leg(skeleton, i, look) + _arm(skeleton, i, look)
    scale = look.girth * height_m / 1.8
    parts = tuple(_place(part, turn, offset, scale) for part in raw)
    return Figure(skeleton["pelvis"] @ turn.T + offset, parts)
