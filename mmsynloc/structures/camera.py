"""The calibrated camera of a SynLoc frame: pitch <-> undistorted <-> normalised image <-> pixel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mmsynloc.structures._projective import (
    ProjectedPoints,
    homogeneous,
    is_singular,
    mask_out,
    multiply,
    perspective_jacobian,
    sees_edge_on,
)
from mmsynloc.structures._radial import (
    array_namespace,
    distort,
    distort_jacobian,
    undistort,
    undistort_jacobian,
)
from mmsynloc.structures.image_shape import MAX_SIDE
from mmsynloc.structures.lens_check import check_inverse
from mmsynloc.utils.arrays import finite_array

if TYPE_CHECKING:
    import torch

__all__ = ["Camera"]


@dataclass(frozen=True)
class Camera:
    """A fixed camera as the SynLoc data set describes it (development kit ``sskit``).

    Normalised image coordinates are ``u_n = (u - (w - 1) / 2) / w`` and ``v_n = (v - (h - 1) / 2) / w``: both
    axes are divided by the width and pixel centres are integers, so they do not depend on the resolution. The
    pitch frame is in metres with its origin at the pitch's centre, x across, y along, z up.

    All arrays are NumPy or all are torch, in one floating dtype; leading batch dimensions ``...`` are allowed
    and shared by the points. Points behind the camera, at or above the horizon, or outside the lens model's
    domain have no image: they come back as NaN with ``valid`` false. Empty inputs (N = 0) give empty outputs.

    Args:
        camera_matrix: (..., 3, 4); its overall sign is free.
        dist_poly: (..., P) radial distortion, highest power first.
        undist_poly: (..., Q) its inverse.
        image_size: ``(width, height)`` in pixels.
    """

    camera_matrix: Any
    dist_poly: Any
    undist_poly: Any
    image_size: tuple[int, int]

    @classmethod
    def from_image_info(cls, info: Mapping[str, Any]) -> Camera:
        """The camera of one entry of ``images``, in float64.

        Raises:
            ValueError: a field is missing, has the wrong shape or is not finite, the matrix is singular, or the two
                polynomials are not each other's inverse.
        """
        arrays = {}
        for name, ndim in (("camera_matrix", 2), ("dist_poly", 1), ("undist_poly", 1)):
            if name not in info:
                raise ValueError(f"{name} is missing")
            arrays[name] = finite_array(info[name], name)
            if arrays[name].ndim != ndim or arrays[name].size == 0:
                raise ValueError(f"{name} has the wrong shape {arrays[name].shape}")
        if arrays["camera_matrix"].shape != (3, 4):
            raise ValueError(f"camera_matrix has shape {arrays['camera_matrix'].shape}, not (3, 4)")
        if sees_edge_on(arrays["camera_matrix"]):
            raise ValueError("camera_matrix sees the pitch edge-on: its ground homography is singular")
        if is_singular(arrays["camera_matrix"]):
            raise ValueError("camera_matrix is singular: its left 3x3 part has no inverse, so the camera has no place")
        size: tuple[Any, Any] = (info.get("width"), info.get("height"))
        if not all(isinstance(s, (int, np.integer)) and 0 < s <= MAX_SIDE for s in size):
            raise ValueError(f"width and height are not positive integers: {size}")
        check_inverse(arrays["dist_poly"], arrays["undist_poly"], (int(size[0]), int(size[1])))
        return cls(**arrays, image_size=(int(size[0]), int(size[1])))

    @classmethod
    def from_data_info(cls, info: Mapping[str, Any]) -> Camera:
        """The camera of one item of ``SynLocDataset.get_data_info``, or of the meta information of its data sample."""
        return cls(**info["camera"], image_size=tuple(info["annotated_size"]))

    def to_torch(self, dtype: torch.dtype | None = None, device: Any = None) -> Camera:
        """The same camera with torch tensors, by default of float32."""
        import torch

        dtype = dtype or torch.float32
        arrays = (self.camera_matrix, self.dist_poly, self.undist_poly)
        matrix, dist_poly, undist_poly = (torch.as_tensor(a, dtype=dtype, device=device) for a in arrays)
        return Camera(matrix, dist_poly, undist_poly, self.image_size)

    def resized(self, image_size: tuple[int, int]) -> Camera:
        """The same view at another resolution ``(width, height)`` of the same aspect ratio."""
        return replace(self, image_size=(int(image_size[0]), int(image_size[1])))

    @property
    def position_m(self) -> Any:
        """Camera centre (..., 3) in the pitch frame, in metres."""
        xp = array_namespace(self.camera_matrix)
        offset = self.camera_matrix[..., 3:]
        return -xp.linalg.solve(self.camera_matrix[..., :3], offset)[..., 0]

    @property
    def _orientation(self) -> Any:
        """+1 or -1 (...): the sign that makes depths in front of the camera positive."""
        xp = array_namespace(self.camera_matrix)
        return xp.sign(xp.linalg.det(self.camera_matrix[..., :3]))

    @property
    def _ground_matrix(self) -> Any:
        """Homography (..., 3, 3) from the ground plane to the undistorted plane."""
        return self.camera_matrix[..., [0, 1, 3]]

    def _normalise(self, points_px: Any) -> Any:
        w, h = self.image_size
        centre = [(w - 1) / 2, (h - 1) / 2]
        xp = array_namespace(points_px)
        if xp is np:
            return (points_px - np.asarray(centre, points_px.dtype)) / w
        return (points_px - xp.tensor(centre).to(points_px)) / w

    def pixel_to_normalised(self, points_px: Any) -> Any:
        """Pixels (..., N, 2) -> normalised image coordinates (..., N, 2)."""
        return self._normalise(self._as_array(points_px))

    def normalised_to_pixel(self, points_normalised: Any) -> Any:
        """Normalised image coordinates (..., N, 2) -> pixels (..., N, 2)."""
        w, h = self.image_size
        points = self._as_array(points_normalised) * w
        centre = array_namespace(points).zeros_like(points[..., :1])
        xp = array_namespace(points)
        return points + xp.concatenate([centre + (w - 1) / 2, centre + (h - 1) / 2], -1)

    def _as_array(self, points: Any) -> Any:
        xp = array_namespace(self.camera_matrix)
        if xp is np:
            return np.asarray(points, dtype=self.camera_matrix.dtype)
        return xp.as_tensor(points, dtype=self.camera_matrix.dtype, device=self.camera_matrix.device)

    def pitch_to_normalised(self, points_pitch_m: Any) -> ProjectedPoints:
        """Pitch (..., N, 3), or (..., N, 2) on the ground, -> normalised image (..., N, 2)."""
        points = self._as_array(points_pitch_m)
        matrix = self._ground_matrix if points.shape[-1] == 2 else self.camera_matrix
        projected = multiply(matrix, homogeneous(points))
        depth = projected[..., 2]
        valid = depth * self._orientation[..., None] > 0
        xp = array_namespace(depth)
        safe = xp.where(valid, depth, xp.ones_like(depth))
        return mask_out(distort(projected[..., :2] / safe[..., None], self.dist_poly), valid)

    def pitch_to_pixel(self, points_pitch_m: Any) -> ProjectedPoints:
        """Project points into the image.

        Args:
            points_pitch_m: (..., N, 3) metres, or (..., N, 2) for points on the ground.

        Returns:
            Pixels (..., N, 2) and the mask of points in front of the camera. Pixels may lie outside the frame.
        """
        points, valid = self.pitch_to_normalised(points_pitch_m)
        return ProjectedPoints(self.normalised_to_pixel(points), valid)

    def normalised_to_pitch(self, points_normalised: Any) -> ProjectedPoints:
        """Normalised image (..., N, 2) -> ground (..., N, 2) in metres."""
        xp = array_namespace(self.camera_matrix)
        undistorted, in_domain = undistort(self._as_array(points_normalised), self.undist_poly)
        ground = multiply(xp.linalg.inv(self._ground_matrix), homogeneous(undistorted))
        weight = ground[..., 2]
        valid = in_domain & (weight * self._orientation[..., None] > 0)
        safe = xp.where(valid, weight, xp.ones_like(weight))
        return mask_out(ground[..., :2] / safe[..., None], valid)

    def pixel_to_pitch(self, points_px: Any) -> ProjectedPoints:
        """Where the rays of pixels meet the ground.

        Args:
            points_px: (..., N, 2) pixels.

        Returns:
            Pitch positions (..., N, 2) in metres and the mask of pixels below the horizon.
        """
        return self.normalised_to_pitch(self.pixel_to_normalised(points_px))

    def pixel_to_ray(self, points_px: Any) -> ProjectedPoints:
        """Unit vectors (..., N, 3) in the pitch frame from the camera's centre through pixels (..., N, 2)."""
        xp = array_namespace(self.camera_matrix)
        undistorted, valid = undistort(self.pixel_to_normalised(points_px), self.undist_poly)
        matrix = self.camera_matrix[..., :3] * self._orientation[..., None, None]
        rays = multiply(xp.linalg.inv(matrix), homogeneous(undistorted))
        return mask_out(rays / xp.linalg.norm(rays, axis=-1)[..., None], valid)

    def below_horizon(self, points_px: Any) -> Any:
        """Mask (..., N) of the pixels (..., N, 2) whose rays meet the ground in front of the camera."""
        return self.pixel_to_pitch(points_px).valid

    def pixel_to_metre(self, points_px: Any) -> Any:
        """Derivative d(pitch in m) / d(pixel), (..., N, 2, 2), analytic; NaN above the horizon."""
        xp = array_namespace(self.camera_matrix)
        normalised = self.pixel_to_normalised(points_px)
        undistorted, in_domain = undistort(normalised, self.undist_poly)
        inverse = xp.linalg.inv(self._ground_matrix)
        ground = multiply(inverse, homogeneous(undistorted))
        valid = in_domain & (ground[..., 2] * self._orientation[..., None] > 0)
        lens = undistort_jacobian(normalised, self.undist_poly) / self.image_size[0]
        jacobian = perspective_jacobian(inverse, ground)[..., :2] @ lens
        nan = xp.full_like(jacobian, float("nan"))
        return xp.where(valid[..., None, None], jacobian, nan)

    def metre_to_pixel(self, points_pitch_m: Any) -> Any:
        """Derivative d(pixel) / d(pitch in m), (..., N, 2, 2), at ground points (..., N, 2); NaN behind the camera."""
        xp = array_namespace(self.camera_matrix)
        matrix = self._ground_matrix
        projected = multiply(matrix, homogeneous(self._as_array(points_pitch_m)[..., :2]))
        valid = projected[..., 2] * self._orientation[..., None] > 0
        undistorted = projected[..., :2] / projected[..., 2:]
        lens = distort_jacobian(undistorted, self.dist_poly) * self.image_size[0]
        jacobian = lens @ perspective_jacobian(matrix, projected)[..., :2]
        nan = xp.full_like(jacobian, float("nan"))
        return xp.where(valid[..., None, None], jacobian, nan)
