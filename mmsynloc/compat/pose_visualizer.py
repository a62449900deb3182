"""Lets MMPose's visualizer draw keypoints under NumPy 2.4, where only an array without dimensions is a number."""

from __future__ import annotations

import functools
from typing import Any

__all__ = ["accept_radius_array"]


def accept_radius_array() -> None:
    """Pass the radius of a circle on to OpenCV as a number; MMPose's own visualizer gives an array (1,)."""
    import numpy as np
    from mmpose.visualization.opencv_backend_visualizer import OpencvBackendVisualizer

    upstream = OpencvBackendVisualizer.draw_circles
    if upstream.__module__ == __name__:
        return

    @functools.wraps(upstream, assigned=("__doc__", "__name__"))
    def draw_circles(self: Any, center: Any, radius: Any, *args: Any, **kwargs: Any) -> Any:
        if self.backend == "opencv":
            radius = np.asarray(radius).reshape(-1)[0]
        return upstream(self, center, radius, *args, **kwargs)

    OpencvBackendVisualizer.draw_circles = draw_circles
