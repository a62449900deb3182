"""A picture of every axis of the randomisation at its extremes."""

from __future__ import annotations

import cv2
import numpy as np

from mmsynloc.files.images import decode_pixels
from mmsynloc.minisynloc.background import render_background
from mmsynloc.minisynloc.randomisation import AXES, Choice, Randomisation, Range
from mmsynloc.minisynloc.venue import sample_venue
from mmsynloc.minisynloc.worker import make_image

__all__ = ["axis_values", "draw_axis", "draw_sheet"]

SIZE = (1280, 720)
CELL = (264, 150)
CROP = (132, 75)  # pixels of the picture that a close view shows
VENUE, SCENE = (0, 4, 3), (0, 0, 5)
CLOSE = ("kits", "people", "poses", "compositing", "sensor")
CLOSE_TOO = {
    "ambient_contrast",
    "sun_elevation_deg",
    "sun_strength",
    "shadow_blur_m",
    "shadow_strength",
    "contact_strength",
}
HALF = {
    "dash_length_m",
    "dash_reach_m",
    "dash_width_m",
    "technical_area",
    "clutter",
    "onlookers",
    "ghosts",
    "dugouts",
    "margin_m",
}
WHOLE = {"occasion", "exposure", "gamma", "saturation", "warmth", "tint"}
NEEDED: dict[str, dict[str, float | str]] = {  # what must be there for an axis to be seen
    "sun_elevation_deg": {"weather": "sun"},
    "sun_strength": {"weather": "sun"},
    "shadow_blur_m": {"weather": "sun"},
    "shadow_strength": {"weather": "sun"},
    "stand_shadow": {"weather": "sun"},
    "mowing_width_m": {"mowing_contrast": 0.2},
    "mowing": {"mowing_contrast": 0.2},
    "crowd_blur_px": {"crowd_share": 0.9},
    "crowd_brightness": {"crowd_share": 0.9},
    "dash_width_m": {"technical_area": "dashes"},
    "dash_length_m": {"technical_area": "dashes"},
    "dash_reach_m": {"technical_area": "dashes"},
    "camera_lean": {"camera_aim_m": 46.0},
}


def axis_values(axis: Range | Choice) -> list[float | str]:
    """The extremes of an axis: the ends of a range, or every kind."""
    return [axis.low, axis.high] if isinstance(axis, Range) else list(axis.weights)


def _label(cell: np.ndarray, text: str) -> np.ndarray:
    cv2.rectangle(cell, (0, CELL[1] - 17), (8 + 7 * len(text), CELL[1]), (0, 0, 0), -1)
    return cv2.putText(cell, text, (4, CELL[1] - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1, cv2.LINE_AA)


def _close_view(image: np.ndarray, annotations: list[dict]) -> np.ndarray:
    """The window around the tallest person whose box lies well within the frame."""
    boxes = np.array([a["bbox"] for a in annotations]) * SIZE[0] / 3840
    middle = boxes[:, :2] + boxes[:, 2:] / 2
    inside = (middle > CROP).all(1) & (middle < np.array(SIZE) - CROP).all(1)
    x, y = middle[np.argmax(np.where(inside, boxes[:, 3], 0))] - np.array(CROP) / 2
    x, y = (int(np.clip(v, 0, end - crop)) for v, end, crop in zip((x, y), SIZE, CROP))
    return image[y : y + CROP[1], x : x + CROP[0]]


def draw_axis(group: str, name: str, value: float | str) -> np.ndarray:
    """One cell (150, 264, 3): a frame with all axes at their typical values but one.

    Args:
        group: the axis' group in :data:`AXES`.
        name: the axis.
        value: its value.
    """
    randomisation = Randomisation(0.0, {**NEEDED.get(name, {}), name: value})
    venue = sample_venue(VENUE, randomisation)
    rendered, annotations = make_image(venue, render_background(venue, SIZE), SCENE, randomisation)
    image = rendered.image
    if name == "jpeg_quality":
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, rendered.jpeg_quality])[1]
        image = decode_pixels(data.tobytes(), name)
    close = (group in CLOSE and name not in WHOLE | HALF) or name in CLOSE_TOO
    view = _close_view(image, annotations) if close else image
    if name in HALF:  # the middle of the near side
        view = image[SIZE[1] // 2 :, SIZE[0] // 3 : SIZE[0] // 3 + SIZE[0] // 2]
    cell = cv2.resize(view, CELL, interpolation=cv2.INTER_CUBIC if close else cv2.INTER_AREA)
    return _label(cell, f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}")


def draw_sheet(columns: int = 6) -> np.ndarray:
    """All axes of :data:`AXES` at their extremes, cell by cell in rows of some columns; (H, W, 3) uint8 BGR."""
    rows = []
    for group, axes in AXES.items():
        cells = [draw_axis(group, name, value) for name, axis in axes.items() for value in axis_values(axis)]
        cells += [np.full_like(cells[0], 255)] * (-len(cells) % columns)
        title = np.full((26, columns * CELL[0], 3), 255, np.uint8)
        rows.append(cv2.putText(title, group, (4, 19), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 1, cv2.LINE_AA))
        rows += [np.concatenate(cells[i : i + columns], axis=1) for i in range(0, len(cells), columns)]
    return np.concatenate(rows)
