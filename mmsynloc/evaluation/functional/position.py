"""Ground positions of pixels, rounded exactly as the development kit rounds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

__all__ = ["CameraTable", "pixels_to_pitch"]

_POINTS_AT_ONCE = 2048  # torch and MKL spread longer arrays over the cores, which takes longer than the work


@dataclass(frozen=True)
class CameraTable:
    """The cameras of M images, as arrays.

    Args:
        camera_matrix: (M, 3, 4) float64.
        undist_poly: (M, Q) float64, highest power first; shorter polynomials are padded with zeros in front.
        image_size: (M, 2) float64, annotated ``(width, height)`` in pixels.
    """

    camera_matrix: np.ndarray
    undist_poly: np.ndarray
    image_size: np.ndarray


def pixels_to_pitch(points_px: np.ndarray, image: np.ndarray, cameras: CameraTable) -> np.ndarray:
    """Where the rays of D pixels, each of its own image, meet the ground.

    A score depends on which side of a LocSim threshold a detection falls, and about one pair in ten thousand lies
    so close to one that float32 and float64 disagree (positions differ by up to 0.1 mm). The official evaluator
    works in float32 with torch, so this function repeats its operations one by one (``sskit.camera``:
    ``undistort``, ``undistorted_to_ground``); :class:`mmsynloc.structures.Camera` gives the same positions in
    float64. Pixels over the horizon get no position here, whereas the development kit mirrors them behind the
    camera.

    Args:
        points_px: (D, 2) annotated pixels.
        image: (D,) row of each point's image in ``cameras``.
        cameras: the cameras of M images.

    Returns:
        (D, 2) float64 positions in metres; NaN over the horizon.
    """
    import torch  # only pixel positions need it, and it is slow to import

    to_ground = torch.inverse(torch.from_numpy(cameras.camera_matrix.astype(np.float32)[:, :, [0, 1, 3]])).numpy()
    poly = cameras.undist_poly.astype(np.float32)
    centre = (cameras.image_size - 1) / 2
    facing = np.sign(np.linalg.det(cameras.camera_matrix[:, :, :3]))
    positions = np.empty((len(points_px), 2))
    for lo in range(0, len(points_px), _POINTS_AT_ONCE):
        block = slice(lo, lo + _POINTS_AT_ONCE)
        rows = image[block]
        points = ((points_px[block] - centre[rows]) / cameras.image_size[rows, :1]).astype(np.float32)
        points, angle = _undistort(torch.from_numpy(points), torch.from_numpy(poly[rows]))
        ground = _to_ground(points, torch.from_numpy(to_ground[rows])).numpy()
        positions[block] = ground[:, :2] / ground[:, 2:]
        seen = (np.abs(angle.numpy()) < np.pi / 2) & (ground[:, 2] * facing[rows] > 0)
        positions[block][~seen] = np.nan
    return positions


def _undistort(points: torch.Tensor, poly: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Normalised points (N, 2) on the undistorted plane, and their angle (N,) to the optical axis."""
    radius = (points**2).sum(-1, keepdim=True).sqrt()
    angle = poly[:, :1]
    for power in range(1, poly.shape[1]):
        angle = radius * angle + poly[:, power : power + 1]
    return angle.tan() / radius.clamp_min(1e-12) * points, angle[:, 0]


def _to_ground(points: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """Homogeneous ground positions (N, 3).

    Spelled out, for a batched product would add up in another order than the kit's (N, 3) @ (3, 3).
    """
    return (points[:, :1] * matrix[:, :, 0] + points[:, 1:] * matrix[:, :, 1]) + matrix[:, :, 2]
