"""Athletes drawn into the frame."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from mmsynloc.structures import Athletes, scale_points_px

__all__ = ["ERROR_RGB", "PREDICTED_RGB", "TRUE_RGB", "draw_athletes", "draw_text", "plot_color"]

PREDICTED_RGB = (255, 140, 0)
TRUE_RGB = (0, 229, 255)
ERROR_RGB = (255, 0, 170)
_SUBPIXEL_BITS = 4
_FARTHEST_PX = 1e6  # OpenCV's corners are 32-bit integers


def draw_athletes(
    image_bgr: np.ndarray,
    athletes: Athletes,
    annotated_size: tuple[int, int],
    color_rgb: tuple[int, int, int] = PREDICTED_RGB,
    thickness: int = 1,
) -> np.ndarray:
    """Draw boxes and ground points.

    Args:
        image_bgr: (H, W, 3) uint8, of any size.
        athletes: in pixels of ``annotated_size``; those whose numbers are not finite are left out.
        annotated_size: ``(width, height)`` of the annotations.
        color_rgb: of boxes and points.
        thickness: of the lines, in pixels of the image.

    Returns:
        A drawn copy (H, W, 3).
    """
    image = np.ascontiguousarray(image_bgr).copy()
    scale = np.array([image.shape[1], image.shape[0]]) / np.array(annotated_size)
    color = tuple(reversed(color_rgb))
    unit = 1 << _SUBPIXEL_BITS
    boxes = scale_points_px(np.asarray(athletes.boxes_xyxy, dtype=float).reshape(-1, 2, 2), scale)
    points = scale_points_px(np.asarray(athletes.ground_px, dtype=float).reshape(-1, 2), scale)
    finite = np.isfinite(boxes).all((1, 2)) & np.isfinite(points).all(1)
    boxes, points = (
        np.rint(places[finite].clip(-_FARTHEST_PX, _FARTHEST_PX) * unit).astype(int) for places in (boxes, points)
    )
    for corners, point in zip(boxes, points):
        top_left, bottom_right = (tuple(map(int, corner)) for corner in corners)
        cv2.rectangle(image, top_left, bottom_right, color, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
        centre, radius = tuple(map(int, point)), (thickness + 2) * unit
        cv2.circle(image, centre, radius, (0, 0, 0), -1, cv2.LINE_AA, _SUBPIXEL_BITS)
        cv2.circle(image, centre, radius - unit, color, -1, cv2.LINE_AA, _SUBPIXEL_BITS)
    return image


def draw_text(
    image: np.ndarray,
    text: str,
    place: tuple[int, int],
    scale: float,
    thickness: int,
    rim: int,
    color_bgr: Sequence[int] = (255, 255, 255),
) -> None:
    """Write text with a dark rim, which is legible on any ground, in place.

    Args:
        image: (H, W, 3) uint8 BGR.
        text: one line.
        place: lower left corner, px.
        scale: of OpenCV's font.
        thickness: of the text's strokes, px.
        rim: of the strokes below them, px.
        color_bgr: of the text.
    """
    for color, width in (((0, 0, 0), rim), (color_bgr, thickness)):
        cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, color, width, cv2.LINE_AA)


def plot_color(rgb: tuple[int, int, int]) -> tuple[float, float, float]:
    """A colour as matplotlib takes it."""
    red, green, blue = (channel / 255 for channel in rgb)
    return red, green, blue
