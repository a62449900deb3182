"""Ground positions of pixels, rounded as the development kit rounds them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["CameraTable", "pixels_to_pitch"]


@dataclass(frozen=True)
class CameraTable:
    """The cameras of M images, as arrays.

    Args:
        camera_matrix: (M, 3, 4) float64.
        undist_poly: (M, Q) float64, highest power first; shorter polynomials are padded with zeros in front.
        image_size: (M, 2) annotated ``(width, height)`` in pixels.
    """

    camera_matrix: np.ndarray
    undist_poly: np.ndarray
    image_size: np.ndarray


def pixels_to_pitch(points_px: np.ndarray, image: np.ndarray, cameras: CameraTable) -> np.ndarray:
    """Where the rays of D pixels, each of its own image, meet the ground.

    A score depends on which side of a LocSim threshold a detection falls, and about one pair in ten thousand lies
    so close to one that float32 and float64 disagree (positions differ by up to 0.1 mm). The official evaluator
    works in float32 with torch, so this function repeats its operations one by one in NumPy, which starts in a
    tenth of torch's time (``sskit.camera``: ``undistort``, ``undistorted_to_ground``). All of them are equal to the
    bit except the tangent, whose last bit depends on the processor in torch: positions differ by some micrometres.
    :class:`mmsynloc.structures.Camera` gives the same positions in float64. Pixels above the horizon have no position
    here, whereas the development kit mirrors them behind the camera.

    Args:
        points_px: (D, 2) annotated pixels.
        image: (D,) row of each point's image in ``cameras``.
        cameras: the cameras of M images.

    Returns:
        (D, 2) float64 positions in metres; NaN above the horizon.
    """
    to_ground = _inverse(cameras.camera_matrix[:, :, [0, 1, 3]].astype(np.float32))
    facing = np.sign(np.linalg.det(cameras.camera_matrix[:, :, :3]))
    size = cameras.image_size.astype(np.float64)
    points = ((points_px - ((size - 1) / 2)[image]) / size[image, :1]).astype(np.float32)
    points, angle = _undistort(points, cameras.undist_poly.astype(np.float32)[image])
    ground = _to_ground(points, to_ground[image])
    seen = (np.abs(angle) < np.pi / 2) & (ground[:, 2] * facing[image] > 0)
    positions = np.full((len(points), 2), np.nan)
    positions[seen] = ground[seen, :2] / ground[seen, 2:]
    return positions


def _undistort(points: np.ndarray, poly: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Normalised points (N, 2) on the undistorted plane, and their angle (N,) to the optical axis."""
    radius = np.sqrt(points[:, 0] * points[:, 0] + points[:, 1] * points[:, 1])
    angle = poly[:, 0]
    for power in range(1, poly.shape[1]):
        angle = radius * angle + poly[:, power]
    tangent = np.tan(angle.astype(np.float64)).astype(np.float32)  # rounded correctly, as no float32 tangent is
    return (tangent / np.maximum(radius, np.float32(1e-12)))[:, None] * points, angle


def _to_ground(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Homogeneous ground positions (N, 3).

    Spelled out, because a batched product would add up in another order than the kit's (N, 3) @ (3, 3).
    """
    return (points[:, :1] * matrix[:, :, 0] + points[:, 1:] * matrix[:, :, 1]) + matrix[:, :, 2]


def _inverse(matrices: np.ndarray) -> np.ndarray:
    """Inverses (M, 3, 3) float32, equal to the bit to ``torch.inverse`` on a CPU.

    Gaussian elimination with partial pivoting and two triangular solves, in the order of LAPACK's ``sgetrf`` and
    ``sgetrs`` as Intel's library runs them: the first column is multiplied by the pivot's reciprocal, the second is
    divided, and the back substitution adds its products before it subtracts them.
    """
    one = np.float32(1)
    matrix, every = matrices.copy(), np.arange(len(matrices))
    right = np.broadcast_to(np.eye(3, dtype=np.float32), matrix.shape).copy()
    for column in range(2):
        pivot = column + np.abs(matrix[:, column:, column]).argmax(1)
        for table in (matrix, right):
            table[every, pivot], table[:, column] = table[:, column].copy(), table[every, pivot]
        below, top = matrix[:, column + 1 :], matrix[:, column]
        if column == 0:
            below[:, :, 0] *= one / top[:, None, 0]
        else:
            below[:, :, 1] /= top[:, None, 1]
        below[:, :, column + 1 :] -= below[:, :, column, None] * top[:, None, column + 1 :]
    right[:, 1] -= matrix[:, 1, 0, None] * right[:, 0]
    right[:, 2] -= matrix[:, 2, 0, None] * right[:, 0]
    right[:, 2] -= matrix[:, 2, 1, None] * right[:, 1]
    right[:, 2] *= one / matrix[:, 2, 2, None]
    right[:, 1] = (right[:, 1] - matrix[:, 1, 2, None] * right[:, 2]) * (one / matrix[:, 1, 1, None])
    products = matrix[:, 0, 1, None] * right[:, 1] + matrix[:, 0, 2, None] * right[:, 2]
    right[:, 0] = (right[:, 0] - products) * (one / matrix[:, 0, 0, None])
    return right
