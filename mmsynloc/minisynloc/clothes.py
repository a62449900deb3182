"""Clothes by body part: colours of the faces, thickness of the clothes, numbers on the shirts."""

from __future__ import annotations

import numpy as np

from mmsynloc.minisynloc.bodies import BONES, BodyModel
from mmsynloc.minisynloc.kits import Kit, Look

__all__ = ["paint", "prints", "thickness"]

SLEEVE_END = 0.75  # of the upper arm
SHIRT_END = 0.1  # of the pelvis bone, which points up from the hips
HEM_M = 0.03  # how far the hems of shorts, sleeves and shirts stand off
STROKE_M = (0.022, 0.075)  # width and height of a digit's strokes
STROKES = {  # ends (across, up) of a digit's strokes, in their heights
    "t": ((-0.5, 1), (0.5, 1)),
    "m": ((-0.5, 0), (0.5, 0)),
    "b": ((-0.5, -1), (0.5, -1)),
    "L": ((-0.5, 0), (-0.5, 1)),
    "R": ((0.5, 0), (0.5, 1)),
    "l": ((-0.5, -1), (-0.5, 0)),
    "r": ((0.5, -1), (0.5, 0)),
}
DIGITS = ("tbLRlr", "Rr", "tmbRl", "tmbRr", "mLRr", "tmbLr", "tmbLlr", "tRr", "tmbLRlr", "tmbLRr")


def _is(bone: np.ndarray, *names: str) -> np.ndarray:
    """Mask of the faces or vertices of bones by name, those of limbs on both sides."""
    return np.isin(bone, [i for i, name in enumerate(BONES) if name.rstrip("01") in names])


def _legs_end(look: Look) -> float:
    """Where shorts or trousers end, in thighs and then shanks below the hip: 1 is the knee, 2 the ankle."""
    return 1.9 if look.kit.legs == "trousers" else look.hem


def _down_the_leg(bone: np.ndarray, along: np.ndarray) -> np.ndarray:
    return np.where(_is(bone, "thigh"), along, np.where(_is(bone, "shank"), 1 + along, np.inf))


def thickness(model: BodyModel, look: Look) -> np.ndarray:
    """How far the clothes stand off each vertex (V,), in metres."""
    bone, along, loose = model.vertex_bone, model.vertex_along, look.kit.looseness_m
    off = np.full(len(bone), 0.004)
    shirt = _is(bone, "spine", "chest") | (_is(bone, "pelvis") & (along > SHIRT_END))
    off[shirt] = loose + 0.5 * HEM_M * np.clip(0.4 - along[shirt], 0, 1) * _is(bone[shirt], "pelvis")
    off[_is(bone, "pelvis") & ~shirt] = 0.8 * loose
    down, end = _down_the_leg(bone, along), _legs_end(look)
    covered = down < end
    flare = 1.0 if look.kit.legs == "shorts" else 0.3
    off[covered] = 0.8 * loose + flare * HEM_M * np.clip(down[covered] / end, 0, 1) ** 2
    sleeve = _is(bone, "upper_arm") & ((along < SLEEVE_END) | look.long_sleeves)
    off[sleeve] = 0.7 * loose + (0 if look.long_sleeves else 0.5 * HEM_M) * np.clip(along[sleeve], 0, 1)
    if look.long_sleeves:
        off[_is(bone, "forearm")] = 0.6 * loose
    off[_is(bone, "head")] = 0.0
    off[_is(bone, "foot")] = 0.012  # shoes
    return off


def _shirt_colours(kit: Kit, places: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Colours (F, 3) of a shirt's faces at ``places`` (F, 3) of a body at rest, ``height`` (F,) up the trunk."""
    base, trim = np.asarray(kit.shirt), np.asarray(kit.trim)
    marked = {
        "plain": np.zeros(len(places), bool),
        "stripes": np.sin(places[:, 1] * 60) > 0.2,
        "hoops": np.sin(height * 55) > 0.2,
        "halves": places[:, 1] > 0,
        "band": np.abs(height - 0.74) < 0.035,
    }[kit.pattern]
    return np.where(marked[:, None], trim, base)


def paint(model: BodyModel, look: Look) -> np.ndarray:
    """Colours (F, 3) of the body's faces, without prints."""
    bone, along, kit = model.bone, model.along, look.kit
    places = model.mean[model.faces].mean(1)
    colours = np.tile(np.asarray(look.skin, float), (len(bone), 1))
    shirt = _is(bone, "spine", "chest") | (_is(bone, "pelvis") & (along > SHIRT_END))
    neck = model.mean[len(model.weights) + BONES.index("head")][2]
    shirt &= places[:, 2] < neck - 0.01
    colours[shirt] = _shirt_colours(kit, places[shirt], places[shirt, 2])
    colours[_is(bone, "pelvis") & ~shirt] = kit.shorts
    down = _down_the_leg(bone, along)
    colours[(down < np.inf) & (down > 1 + look.sock)] = kit.socks
    if kit.legs == "tights":
        colours[down < 1.95] = kit.trim
    colours[down < _legs_end(look)] = kit.shorts
    colours[_is(bone, "foot")] = look.shoes
    sleeve = (_is(bone, "upper_arm") & (along < SLEEVE_END)) | (look.long_sleeves & _is(bone, "upper_arm", "forearm"))
    colours[sleeve] = kit.sleeve
    if look.gloves is not None:
        colours[_is(bone, "hand")] = look.gloves
    if look.bib is not None:
        colours[shirt & _is(bone, "spine", "chest")] = look.bib
    if look.hair is not None:
        colours[_hair(model, places)] = look.hair
    return colours


def _hair(model: BodyModel, places: np.ndarray) -> np.ndarray:
    """Mask (F,) of the faces of the head that hair covers: the top, and the back down to the neck."""
    head = _is(model.bone, "head")
    low, high = places[head].min(0), places[head].max(0)
    share = (places - low) / (high - low)
    return head & (share[:, 2] > 0.35) & (share[:, 2] > 0.35 + 0.65 * share[:, 0])


def _stroke(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Corners (4, 2) of a bar from one end to the other, counter-clockwise."""
    ahead = (last - first) / np.linalg.norm(last - first)
    aside = STROKE_M[0] / 2 * np.array([-ahead[1], ahead[0]])
    ends = first + aside, first - aside, last - aside, last + aside
    return np.stack(ends)


def _number_strokes(number: int) -> list[np.ndarray]:
    """Corners (4, 2) of the strokes of a number: across to the right of the reader, and up, in metres."""
    strokes = []
    digits = [int(digit) for digit in str(number)]
    for i, digit in enumerate(digits):
        middle = (i - (len(digits) - 1) / 2) * 1.7 * STROKE_M[1]
        for stroke in DIGITS[digit]:
            first, last = (np.array([middle, 0]) + np.array(end) * STROKE_M[1] for end in STROKES[stroke])
            strokes.append(_stroke(first, last))
    return strokes


def prints(model: BodyModel, vertices: np.ndarray, look: Look) -> tuple[np.ndarray, np.ndarray]:
    """The number on the back as quads just off the shirt: vertices (P, 3) at rest, and faces (Q, 3) among them.

    Args:
        model: the bodies.
        vertices: (V, 3) a dressed body at rest.
        look: gives the number, if the kit has any.
    """
    if not look.kit.numbers or look.bib is not None:
        return np.zeros((0, 3)), np.zeros((0, 3), int)
    chest = vertices[model.vertex_bone == BONES.index("chest")]
    middle = np.array([0, 0, (0.45 * chest[:, 2].min() + 0.55 * chest[:, 2].max())])
    near = chest[np.abs(chest - middle)[:, 1:].max(1) < 0.15]
    behind = near[:, 0].min() - 0.005
    corners = np.concatenate(_number_strokes(look.number))
    marks = np.stack([np.full(len(corners), behind), -corners[:, 0], middle[2] + corners[:, 1]], axis=1)
    first = 4 * np.arange(len(corners) // 4)[:, None]
    return marks, np.concatenate([first + np.array(triangle) for triangle in ((0, 1, 2), (0, 2, 3))])
