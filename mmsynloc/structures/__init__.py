"""Data structures: calibrated cameras and a frame's athletes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmsynloc.structures._projective import ProjectedPoints, scale_points_px
from mmsynloc.structures.athletes import Athletes
from mmsynloc.structures.camera import Camera
from mmsynloc.structures.frame_positions import FramePositions
from mmsynloc.structures.ground_camera import GroundCamera
from mmsynloc.structures.soccernet_frame import pitch_to_soccernet, soccernet_to_pitch
from mmsynloc.utils.lazy import lazy_attributes

if TYPE_CHECKING:
    from mmsynloc.structures.opencv_camera import OpenCVCamera
    from mmsynloc.structures.spherical_camera import SphericalCamera
    from mmsynloc.structures.synloc_fit import Residual, to_synloc

__all__ = [
    "Athletes",
    "Camera",
    "FramePositions",
    "GroundCamera",
    "OpenCVCamera",
    "ProjectedPoints",
    "Residual",
    "SphericalCamera",
    "pitch_to_soccernet",
    "scale_points_px",
    "soccernet_to_pitch",
    "to_synloc",
]

# These import OpenCV or SciPy, which most users of the package do without.
_HOMES = {
    "OpenCVCamera": "opencv_camera",
    "Residual": "synloc_fit",
    "SphericalCamera": "spherical_camera",
    "to_synloc": "synloc_fit",
}
__getattr__ = lazy_attributes(__name__, _HOMES)
