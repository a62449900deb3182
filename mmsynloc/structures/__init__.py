"""Data structures: the calibrated camera and a frame's athletes."""

from mmsynloc.structures.athletes import Athletes
from mmsynloc.structures.camera import Camera, ProjectedPoints, scale_points_px
from mmsynloc.structures.frame_positions import FramePositions

__all__ = ["Athletes", "Camera", "FramePositions", "ProjectedPoints", "scale_points_px"]
