"""What a camera sees of the pitch, in numbers that people know about their cameras."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mmsynloc.structures.crops import ATHLETE_HEIGHT_M
from mmsynloc.structures.ground_camera import GroundCamera
from mmsynloc.structures.pitch_markings import HALF_LENGTH_M, HALF_WIDTH_M

__all__ = ["CameraView", "describe_view"]


class CameraView(NamedTuple):
    """A camera's place and view.

    Attributes:
        position_m: (3,) centre in the pitch frame; the last is the height over the pitch.
        fov_deg: horizontal and vertical field of view, along the middle row and column.
        pitch_share: part of the pitch's area in the frame, 0 to 1.
        px_per_metre: mean over it, the root of pixel area by ground area; foreshortening makes it less than that of
            an upright metre.
        person_px: least and greatest height in pixels of a person of 1.8 m in the frame.
    """

    position_m: np.ndarray
    fov_deg: tuple[float, float]
    pitch_share: float
    px_per_metre: float
    person_px: tuple[float, float]


def describe_view(camera: GroundCamera) -> CameraView:
    """Measure a camera's view on a grid of a metre over the pitch.

    Raises:
        ValueError: no part of the pitch is in the frame.
    """
    width, height = camera.image_size
    x, y = np.arange(-HALF_WIDTH_M, HALF_WIDTH_M + 0.5), np.arange(-HALF_LENGTH_M, HALF_LENGTH_M + 0.5)
    ground = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    pixels = camera.pitch_to_pixel(ground).points
    seen = ((pixels >= -0.5) & (pixels <= [width - 0.5, height - 0.5])).all(-1)
    if not seen.any():
        raise ValueError("no part of the pitch is in the camera's frame")
    area = np.abs(np.linalg.det(camera.metre_to_pixel(ground[seen])))
    heads = camera.pitch_to_pixel(np.column_stack([ground[seen], np.full(seen.sum(), ATHLETE_HEIGHT_M)])).points
    tall = np.linalg.norm(heads - pixels[seen], axis=1)
    return CameraView(
        np.asarray(camera.position_m),
        (_angle(camera, (0, None)), _angle(camera, (None, 0))),
        float(seen.mean()),
        float(np.sqrt(area).mean()),
        (float(np.nanmin(tall)), float(np.nanmax(tall))),
    )


def _angle(camera: GroundCamera, edge: tuple[int | None, int | None]) -> float:
    """Degrees from one edge's middle over the image's centre to the opposite one; NaN where the lens ends before."""
    centre = (np.array(camera.image_size) - 1) / 2
    start = np.array([middle if side is None else side - 0.5 for side, middle in zip(edge, centre)])
    rays = camera.pixel_to_ray(np.stack([start, centre, 2 * centre - start])).points
    cosines = (rays[:-1] * rays[1:]).sum(-1)
    return float(np.degrees(np.arccos(np.clip(cosines, -1, 1))).sum())
