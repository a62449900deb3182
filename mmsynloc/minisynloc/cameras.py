"""Fixed wide-angle cameras at the side of the pitch, like those of the real data set."""

from __future__ import annotations

import math

import numpy as np

from mmsynloc.datasets.preparation.layout import ANNOTATED_SIZE
from mmsynloc.minisynloc.randomisation import Drawn
from mmsynloc.structures import Camera

__all__ = ["MAX_ANGLE", "fit_lens", "look_at", "pixel_rays", "sample_camera"]

MAX_ANGLE = 1.3
"""Largest angle to the optical axis, in radians, for which the lens polynomials are fitted."""

POLY_DEGREE = 8


def fit_lens(focal: float, squeeze: float) -> tuple[np.ndarray, np.ndarray]:
    """Polynomials of the lens ``r = focal * sin(squeeze * angle) / squeeze``, and of its inverse.

    The family runs from the equidistant (``squeeze`` near 0) to the orthographic fisheye (1). The example camera
    of the development kit lies close to ``focal`` 0.68 and ``squeeze`` 0.86.

    Args:
        focal: image radius per radian at the centre, in image widths.
        squeeze: compression towards the rim, in (0, 1], at most 1.5 / MAX_ANGLE so that the radius keeps growing.

    Returns:
        ``dist_poly`` (9,) and ``undist_poly`` (9,), highest power first.
    """
    angle = MAX_ANGLE * (1 - np.cos(np.linspace(0, math.pi, 400))) / 2  # dense at both ends
    radius = focal * np.sin(squeeze * angle) / squeeze
    return np.polyfit(angle, radius, POLY_DEGREE), np.polyfit(radius, angle, POLY_DEGREE)


def look_at(position_m: np.ndarray, yaw: float, tilt: float, roll: float) -> np.ndarray:
    """Camera matrix (3, 4) with the negative overall sign of the real data.

    Args:
        position_m: (3,) camera centre in the pitch frame.
        yaw: heading in radians, 0 along +x, positive towards +y.
        tilt: angle below the horizontal, in radians.
        roll: rotation about the optical axis, in radians.
    """
    forward = np.array([math.cos(tilt) * math.cos(yaw), math.cos(tilt) * math.sin(yaw), -math.sin(tilt)])
    level = np.cross(forward, [0.0, 0.0, 1.0])
    level /= np.linalg.norm(level)
    below = np.cross(forward, level)
    right = math.cos(roll) * level + math.sin(roll) * below
    rotation = np.stack([right, np.cross(forward, right), forward])
    return -np.concatenate([rotation, -rotation @ np.reshape(position_m, (3, 1))], axis=1)


def sample_camera(rng: np.random.Generator, drawn: Drawn) -> Camera:
    """A camera in the stand along the touch line x < 0, with image size :data:`ANNOTATED_SIZE`.

    Args:
        rng: random numbers for where along the stand it is and which half it looks at.
        drawn: the axes of ``camera``.
    """
    numbers = drawn.numbers
    position = np.array([-34.0 - numbers["camera_setback_m"], rng.uniform(-10, 10), numbers["camera_height_m"]])
    aim_y = rng.choice([-1, 1]) * numbers["camera_aim_m"]
    yaw = math.atan2(aim_y - position[1], -position[0])
    near, far = (math.atan2(position[2], x - position[0]) for x in (-34.0, 34.0))
    tilt = (near + far) / 2 - math.radians(numbers["camera_tilt_deg"])
    roll = math.radians(numbers["camera_roll_deg"]) + numbers["camera_lean"] * yaw
    dist_poly, undist_poly = fit_lens(numbers["lens_focal"], numbers["lens_squeeze"])
    return Camera(look_at(position, yaw, tilt, roll), dist_poly, undist_poly, ANNOTATED_SIZE)


def pixel_rays(camera: Camera, shift_px: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """Directions (H, W, 3), float32, of the rays through all pixels, in the pitch frame, with forward length 1.

    Args:
        camera: the camera; its image size gives H and W.
        shift_px: move of the sampling points from the pixel centres, right and down.
    """
    width, height = camera.image_size
    u = (np.arange(width, dtype=np.float32) + shift_px[0] - (width - 1) / 2) / width
    v = (np.arange(height, dtype=np.float32) + shift_px[1] - (height - 1) / 2) / width
    u, v = np.meshgrid(u, v)
    radius = np.maximum(np.hypot(u, v), 1e-6)
    scale = np.tan(np.clip(np.polyval(camera.undist_poly.astype(np.float32), radius), 0, 1.5)) / radius
    points = np.stack([u * scale, v * scale, np.ones_like(u)], axis=-1)
    matrix = camera.camera_matrix[:, :3]
    inverse = np.linalg.inv(matrix * np.sign(np.linalg.det(matrix)))
    return points @ inverse.T.astype(np.float32)
