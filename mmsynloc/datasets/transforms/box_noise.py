"""Boxes as a first stage gives them, made from true ones, and boxes without an athlete."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mmsynloc.structures import Camera
from mmsynloc.structures.crops import vertical_px

__all__ = ["BoxNoise", "draw_empty_boxes", "jitter_boxes"]


class BoxNoise(NamedTuple):
    """How far boxes are from the true ones.

    The defaults are measured: boxes with a score over 0.2 of the detector that the package carries, on the test split
    of the embedded data set, against the people that they overlap by 0.3 (from the median absolute deviation 0.042 and
    0.035 of the height along x and y, 0.21 and 0.07 in the logarithms; standard deviations 0.063, 0.083, 0.25, 0.13).

    Args:
        shift: deviation of the middle, in heights of the box.
        width: deviation of the logarithm of the width.
        height: deviation of the logarithm of the height.
        wild_share: share of the boxes that are off by more.
        wild_factor: by how much more.
    """

    shift: float = 0.04
    width: float = 0.21
    height: float = 0.07
    wild_share: float = 0.15
    wild_factor: float = 3.0


def jitter_boxes(boxes_xyxy: np.ndarray, noise: BoxNoise) -> np.ndarray:
    """Boxes (P, 4) with other places and sizes."""
    boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
    count = len(boxes)
    factor = np.where(np.random.rand(count, 1) < noise.wild_share, noise.wild_factor, 1.0)
    sides = boxes[:, 2:] - boxes[:, :2]
    centres = boxes[:, :2] + sides / 2
    centres = centres + np.random.randn(count, 2) * factor * noise.shift * sides[:, 1:]
    sides = sides * np.exp(np.random.randn(count, 2) * factor * (noise.width, noise.height))
    return np.concatenate([centres - sides / 2, centres + sides / 2], axis=1)


def draw_empty_boxes(count: int, boxes_xyxy: np.ndarray, camera: Camera, rounds: int = 4) -> np.ndarray:
    """Boxes of an athlete's size anywhere in the frame that touch no athlete.

    Args:
        count: wanted.
        boxes_xyxy: (N, 4) px, the athletes.
        camera: of the frame; it says how tall an athlete is at each place. Above the horizon boxes have the height of a
            random athlete.
        rounds: how often to draw anew where a box touches an athlete.

    Returns:
        (P, 4) px, P at most ``count``.
    """
    width, height = camera.image_size
    typical = boxes_xyxy[:, 3] - boxes_xyxy[:, 1] if len(boxes_xyxy) else np.array([height / 30])
    found = np.zeros((0, 4))
    for _ in range(rounds):
        feet = np.random.rand(count, 2) * (width, height)
        tall = np.linalg.norm(vertical_px(camera, feet), axis=1) * np.random.uniform(1.4, 2.0, count)
        tall = np.where((tall > 8) & (tall < height / 2), tall, np.random.choice(typical, count))
        wide = tall * np.random.uniform(0.25, 0.6, count)
        boxes = np.stack([feet[:, 0] - wide / 2, feet[:, 1] - tall, feet[:, 0] + wide / 2, feet[:, 1]], axis=1)
        found = np.concatenate([found, boxes[~_touch(boxes, boxes_xyxy)]])[:count]
        if len(found) == count:
            break
    return found


def _touch(boxes_xyxy: np.ndarray, others_xyxy: np.ndarray) -> np.ndarray:
    """Which of boxes (P, 4) share anything with one of (N, 4), (P,) bool."""
    a, b = boxes_xyxy[:, None], others_xyxy[None]
    return ((np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])) > 0).all(-1).any(1)
