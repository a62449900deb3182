"""Near objects that hide a part of the view: a roof's edge, a rail, a pole, a banner."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mmsynloc.minisynloc.pitch import noise_texture
from mmsynloc.minisynloc.venue import Venue

__all__ = ["Foreground", "draw_foreground"]


@dataclass(frozen=True)
class Foreground:
    """``picture`` (H, W, 3) uint8 BGR and how much of each pixel it covers, ``cover`` (H, W) float32, 0 to 1."""

    picture: np.ndarray
    cover: np.ndarray

    def over(self, image: np.ndarray) -> np.ndarray:
        """The image (H, W, 3) uint8 with the foreground in front of it."""
        return cv2.blendLinear(image, self.picture, 1 - self.cover, self.cover)


def _outlines(kind: str, rng: np.random.Generator) -> list[np.ndarray]:
    """Polygons (P, 2) in shares of width and height."""
    side = rng.integers(2)
    if kind == "roof":
        reach, drop = rng.uniform(0.25, 0.6), rng.uniform(0.15, 0.45)
        shape = np.array([[0, -0.1], [reach, -0.1], [reach * 0.9, 0], [-0.1, drop], [-0.1, -0.1]])
    elif kind == "rail":
        left, right, thick = *rng.uniform(0.78, 1.0, 2), rng.uniform(0.006, 0.03)
        shape = np.array([[-0.1, left], [1.1, right], [1.1, right + thick], [-0.1, left + thick]])
    elif kind == "pole":
        x, tilt, thick = rng.uniform(0.1, 0.9), rng.normal(0, 0.05), rng.uniform(0.003, 0.02)
        shape = np.array([[x, -0.1], [x + thick, -0.1], [x + tilt + thick, 1.1], [x + tilt, 1.1]])
    else:
        x, width, height = rng.uniform(0, 0.7), rng.uniform(0.15, 0.4), rng.uniform(0.05, 0.15)
        shape = np.array([[x, 1 - height], [x + width, 1 - height * rng.uniform(0.5, 1.3)], [x + width, 1.1], [x, 1.1]])
    if side:
        shape[:, 0] = 1 - shape[:, 0]
    return [shape]


def draw_foreground(venue: Venue, size: tuple[int, int], rng: np.random.Generator) -> Foreground | None:
    """The venue's near objects as its camera sees them; None if there are none.

    Args:
        venue: says of which kind they are.
        size: width and height of the picture in pixels.
        rng: random numbers.
    """
    kind = venue.drawn.kinds["foreground"]
    if kind == "none":
        return None
    cover = np.zeros((size[1], size[0]), np.uint8)
    for outline in _outlines(kind, rng):
        cv2.fillPoly(cover, [np.round(outline * size * 16).astype(np.int32)], (255,), cv2.LINE_AA, 4)
    blur = rng.uniform(0.6, 2.0) * size[0] / 1920
    bright = kind == "banner" and rng.random() < 0.7
    colour = rng.uniform(0.4, 0.95, 3) if bright else rng.uniform(0.03, 0.4) * rng.uniform(0.9, 1.1, 3)
    grain = cv2.resize(noise_texture(rng, 64, 3), size, interpolation=cv2.INTER_LINEAR)
    picture = np.clip(255 * colour * (1 + 0.12 * grain[..., None]), 0, 255).astype(np.uint8)
    return Foreground(picture, cv2.GaussianBlur(cover, (0, 0), blur).astype(np.float32) / 255)
