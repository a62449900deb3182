"""One picture of a frame's positions: the frame, the pitch from above, or both side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from mmsynloc.structures import FramePositions
from mmsynloc.visualization.overlay import draw_athletes, draw_text
from mmsynloc.visualization.pitch_view import PitchView

__all__ = ["draw_frame_picture"]


def draw_frame_picture(
    image_bgr: np.ndarray,
    frame: FramePositions,
    pitch: PitchView | None,
    height: int = 720,
    trails: Mapping[int, Sequence[np.ndarray]] | None = None,
) -> np.ndarray:
    """Draw a frame's positions.

    Args:
        image_bgr: (H, W, 3) uint8, of any size.
        frame: what was found in it.
        pitch: draws the pitch beside it, ``height`` px high; None for the frame alone, at its own size.
        height: of the frame beside a pitch.
        trails: as for :meth:`PitchView.draw`.

    Returns:
        (H', W', 3) uint8 BGR, with even sides, as video needs them.
    """
    if pitch is not None:
        width = 2 * round(height * image_bgr.shape[1] / image_bgr.shape[0] / 2)
        image_bgr = cv2.resize(image_bgr, (width, height), interpolation=cv2.INTER_AREA)
    thickness = max(1, round(image_bgr.shape[1] / 1600))
    drawn = draw_athletes(image_bgr, frame.athletes, frame.image_size, thickness=thickness)
    _label(drawn, frame, thickness)
    if pitch is not None:
        drawn = np.hstack([drawn, pitch.draw(frame, trails)])
    return np.ascontiguousarray(drawn[: drawn.shape[0] // 2 * 2, : drawn.shape[1] // 2 * 2])


def _label(image: np.ndarray, frame: FramePositions, thickness: int) -> None:
    """Write the tracks' numbers over their boxes, in place."""
    scale = np.array(image.shape[1::-1]) / frame.image_size
    for box, track in zip(frame.boxes_xyxy, frame.track_of_each.tolist()):
        if track >= 0:
            left, top = (box[:2] * scale).tolist()
            place = (round(left), round(top) - 2 * thickness)
            draw_text(image, str(track), place, 0.4 * thickness, thickness, 3 * thickness)
