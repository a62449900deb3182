"""Windows of a frame to look at more closely: where athletes are small, and nowhere else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mmsynloc.structures.affine import scale_matrix, shift_matrix
from mmsynloc.structures.camera import Camera
from mmsynloc.structures.crops import athlete_heights_px, like_athletes

__all__ = [
    "TileRule",
    "Window",
    "camera_windows",
    "cut_by",
    "fixed_windows",
    "grow_windows",
    "plan_windows",
    "without_repeats",
]

# People stand up to 7 m outside the lines (Spiideo SoccerNet SynLoc).
_REACH_M = (41.0, 59.0)
_DIVISOR = 32
MODES = ("camera", "grown", "fixed")


class Window(NamedTuple):
    """A part of the frame and how large the network sees it.

    Args:
        bounds_xyxy: (4,) px of the frame, whole pixels' edges.
        scale: px of the network's input per px of the frame.
    """

    bounds_xyxy: np.ndarray
    scale: float

    @property
    def input_size(self) -> tuple[int, int]:
        """``(width, height)`` of the network's input, multiples of 32."""
        sides = (self.bounds_xyxy[2:] - self.bounds_xyxy[:2]) * self.scale
        width, height = (max(math.ceil(side / _DIVISOR - 1e-6), 1) * _DIVISOR for side in sides)
        return width, height

    @property
    def matrix(self) -> np.ndarray:
        """(3, 3) frame px -> input px; the window's top left corner is the input's."""
        x, y = self.bounds_xyxy[:2] + 0.5
        return scale_matrix(self.scale) @ shift_matrix(-x, -y)


@dataclass(frozen=True)
class TileRule:
    """How a frame is cut into windows.

    Args:
        mode: ``"camera"``: where the camera says that athletes are smaller than ``height_px`` in the whole frame's
            input, at the scale that makes them as tall; ``"fixed"``: all over the frame at ``scale``; ``"grown"``:
            these, grown. The camera's windows grow too: until they cut none of the boxes found in the whole frame
            that can be an athlete's.
        size: ``(width, height)`` of a window in px of the network's input, before it grows.
        height_px: of a standing athlete in the network's input.
        max_scale: largest number of input px per px of the frame.
        scale: of ``"fixed"`` and ``"grown"``.
        overlap: share of a fixed window that its neighbour repeats.
    """

    mode: str = "camera"
    size: tuple[int, int] = (640, 384)
    height_px: float = 36.0
    max_scale: float = 1.0
    scale: float = 1.0
    overlap: float = 0.2

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"tiles must be one of {', '.join(MODES)}, not {self.mode!r}")
        if not min(*self.size, self.height_px, self.max_scale, self.scale) > 0:
            raise ValueError("tiles: size, height_px, max_scale and scale must be greater than 0")
        if not 0 <= self.overlap < 1:
            raise ValueError(f"tiles: overlap must be at least 0 and less than 1, not {self.overlap}")


def plan_windows(camera: Camera, boxes_xyxy: np.ndarray, frame_scale: float, rule: TileRule) -> list[Window]:
    """The windows of one frame.

    Args:
        camera: of the frame.
        boxes_xyxy: (N, 4) px, found in the whole frame.
        frame_scale: px of the whole frame's input per px of the frame.
        rule: how to cut.
    """
    if rule.mode == "camera":
        windows = camera_windows(camera, frame_scale, rule)
    else:
        windows = fixed_windows(camera.image_size, rule)
    if rule.mode == "fixed":
        return windows
    return without_repeats(grow_windows(windows, like_athletes(boxes_xyxy, camera), camera.image_size))


def fixed_windows(frame_size: tuple[int, int], rule: TileRule) -> list[Window]:
    """A grid of windows over the whole frame, evenly spaced, with at least the rule's overlap."""
    starts = []
    # Whole pixels, so that no window becomes larger than the rule's
    sides = np.maximum(np.floor(np.array(rule.size) / rule.scale), 1)
    for side, tile in zip(frame_size, sides):
        count = max(math.ceil((side - tile * rule.overlap) / (tile * (1 - rule.overlap)) - 1e-9), 1)
        starts.append(np.floor(np.linspace(0, max(side - tile, 0), count)))
    corners = [np.array([x, y]) - 0.5 for y in starts[1] for x in starts[0]]
    return [_window(np.concatenate([corner, corner + sides]), rule.scale, frame_size) for corner in corners]


def camera_windows(camera: Camera, frame_scale: float, rule: TileRule) -> list[Window]:
    """Windows that cover every place where an athlete would be smaller than the rule asks for.

    The places are taken in steps of half an octave of scale, each covered row by row from the top.

    Args:
        camera: of the frame.
        frame_scale: px of the whole frame's input per px of the frame.
        rule: ``height_px``, ``size`` and ``max_scale`` of it.
    """
    feet, tall = _standing_places(camera)
    wanted = np.minimum(rule.height_px / tall, rule.max_scale)
    level = np.ceil(2 * np.log2(np.maximum(wanted, 1e-6) / frame_scale) - 0.25)
    windows = []
    for step in range(1, int(level.max(initial=0)) + 1):
        chosen = level == step
        if chosen.any():
            scale = min(frame_scale * 2 ** (step / 2), rule.max_scale)
            windows += _cover(feet[chosen], tall[chosen], scale, rule.size, camera.image_size)
    return windows


def _standing_places(camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Feet (N, 2) px and heights (N,) px of people on each square metre of the pitch that is in the frame."""
    x, y = (np.arange(-reach, reach + 1) for reach in _REACH_M)
    ground = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    feet, valid = camera.pitch_to_pixel(ground)
    inside = valid & (feet >= 0).all(1) & (feet <= np.array(camera.image_size) - 1).all(1)
    feet = feet[inside]
    tall = athlete_heights_px(camera, feet)
    usable = tall > 1  # false for what is not a number
    return feet[usable], tall[usable]


def _cover(
    feet: np.ndarray, tall: np.ndarray, scale: float, size: tuple[int, int], frame_size: tuple[int, int]
) -> list[Window]:
    """Windows of a size at a scale that hold people (N,) entirely, row by row from the top."""
    width, height = np.array(size) / scale
    half = 0.35 * tall
    boxes = np.stack([feet[:, 0] - half, feet[:, 1] - 1.1 * tall, feet[:, 0] + half, feet[:, 1] + 0.1 * tall], axis=1)
    windows = []
    while len(boxes):
        top = boxes[:, 1].min()
        in_row = boxes[:, 3] <= max(top + height, boxes[boxes[:, 1].argmin(), 3])
        row, boxes = boxes[in_row], boxes[~in_row]
        while len(row):
            left = row[:, 0].min()
            inside = row[:, 2] <= max(left + width, row[row[:, 0].argmin(), 2])
            bounds = np.concatenate([row[inside, :2].min(0), row[inside, 2:].max(0)])
            windows.append(_window(bounds, scale, frame_size))
            row = row[~inside]
    return windows


def grow_windows(windows: list[Window], boxes_xyxy: np.ndarray, frame_size: tuple[int, int]) -> list[Window]:
    """Enlarge windows until they cut no box, with a margin of an eighth of its height."""
    boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
    margin = (boxes[:, 3:] - boxes[:, 1:2]) / 8
    wide = np.clip(
        boxes + np.concatenate([-margin, -margin, margin, margin], axis=1), -0.5, np.array(frame_size * 2) - 0.5
    )
    grown = []
    for window in windows:
        bounds = window.bounds_xyxy
        while True:
            cut = cut_by(bounds, boxes)
            larger = np.concatenate(
                [
                    np.minimum(bounds[:2], wide[cut, :2].min(0, initial=np.inf)),
                    np.maximum(bounds[2:], wide[cut, 2:].max(0, initial=-np.inf)),
                ]
            )
            if (larger == bounds).all():
                break
            bounds = larger
        grown.append(_window(bounds, window.scale, frame_size))
    return grown


def without_repeats(windows: list[Window]) -> list[Window]:
    """Leave out windows that lie within another one of at least their scale; of equal ones the first stays."""
    return [
        window
        for place, window in enumerate(windows)
        if not any(
            _is_within(window, other) and (before < place or not _is_within(other, window))
            for before, other in enumerate(windows)
            if before != place
        )
    ]


def _is_within(window: Window, other: Window) -> bool:
    low, high = window.bounds_xyxy[:2] >= other.bounds_xyxy[:2], window.bounds_xyxy[2:] <= other.bounds_xyxy[2:]
    return bool(low.all() and high.all() and window.scale <= other.scale)


def cut_by(bounds_xyxy: np.ndarray, boxes_xyxy: np.ndarray) -> np.ndarray:
    """Which boxes (N, 4) lie partly inside of a window and partly outside, (N,) bool."""
    low, high = bounds_xyxy[:2], bounds_xyxy[2:]
    meets = ((boxes_xyxy[:, :2] < high) & (boxes_xyxy[:, 2:] > low)).all(1)
    inside = ((boxes_xyxy[:, :2] >= low) & (boxes_xyxy[:, 2:] <= high)).all(1)
    return np.asarray(meets & ~inside)


def _window(bounds_xyxy: np.ndarray, scale: float, frame_size: tuple[int, int]) -> Window:
    """A window inside of the frame, from edge to edge of whole pixels."""
    whole = np.concatenate([np.floor(bounds_xyxy[:2] + 0.5), np.ceil(bounds_xyxy[2:] + 0.5)])
    return Window(np.clip(whole, 0, frame_size * 2) - 0.5, float(scale))
