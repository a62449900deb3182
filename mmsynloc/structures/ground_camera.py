"""What every calibrated camera can do, whatever its lens model."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from mmsynloc.structures._projective import ProjectedPoints

__all__ = ["GroundCamera"]


@runtime_checkable
class GroundCamera(Protocol):
    """A calibrated camera that looks at the pitch.

    The pitch frame is in metres with its origin at the pitch's centre, x across, y along, z up; the ground is z = 0.
    Pixel centres are integers: the first pixel's centre is (0, 0). Points without an image or a ground position
    (behind the camera, outside the lens model's domain, at or above the horizon) are NaN with ``valid`` false.
    Empty inputs (N = 0) give empty outputs.
    """

    @property
    def image_size(self) -> tuple[int, int]:
        """``(width, height)`` in pixels of the images that the pixel coordinates refer to."""

    @property
    def position_m(self) -> Any:
        """Camera centre (..., 3) in the pitch frame, in metres."""

    def resized(self, image_size: tuple[int, int]) -> GroundCamera:
        """The same view at another resolution ``(width, height)``, exact at the pixel centres."""

    def pitch_to_pixel(self, points_pitch_m: Any) -> ProjectedPoints:
        """Pitch (..., N, 3), or (..., N, 2) on the ground, -> pixels (..., N, 2), in the frame or outside."""

    def pixel_to_pitch(self, points_px: Any) -> ProjectedPoints:
        """Pixels (..., N, 2) -> where their rays meet the ground, (..., N, 2) in metres."""

    def pixel_to_ray(self, points_px: Any) -> ProjectedPoints:
        """Unit vectors (..., N, 3) in the pitch frame from the camera's centre through pixels (..., N, 2)."""

    def below_horizon(self, points_px: Any) -> Any:
        """Mask (..., N) of the pixels (..., N, 2) whose rays meet the ground in front of the camera."""

    def pixel_to_metre(self, points_px: Any) -> Any:
        """Derivative d(pitch in m) / d(pixel), (..., N, 2, 2), at pixels (..., N, 2); NaN above the horizon."""

    def metre_to_pixel(self, points_pitch_m: Any) -> Any:
        """Derivative d(pixel) / d(pitch in m), (..., N, 2, 2), at ground points (..., N, 2); NaN behind the camera."""
