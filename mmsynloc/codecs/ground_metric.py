"""An athlete's ground metric, carried through image augmentations as two more keypoints.

Whatever affine maps an image goes through (Mosaic, MixUp, flips, crops), they move points only. So the derivative of
the projection at the athlete's pelvis_ground is added to the image as two points, one "tangent metre" away along the
pitch's x and y; after all transforms the differences to pelvis_ground are the new derivative.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import numpy as np

from mmsynloc.structures import Camera

__all__ = ["GROUND_INDEX", "attach_ground_metric", "detach_ground_metric"]

GROUND_INDEX = 1  # pelvis_ground
_MAX_M2_PER_PX2 = 1e4  # of the area that a pixel shows; beyond it a point is treated as on the horizon


def attach_ground_metric(data_info: MutableMapping[str, Any], camera: Camera) -> None:
    """Append to ``keypoints`` pelvis_ground moved by one tangent metre along x and along y, in place.

    Args:
        data_info: with ``keypoints`` (N, 2, 2) px, ``keypoints_visible`` (N, 2) and ``flip_indices``; they become
            (N, 4, 2), (N, 4) and four indices that flip nothing. People on the horizon get zero-length tangents.
        camera: the frame's camera.
    """
    keypoints = data_info["keypoints"]
    ground = keypoints[:, GROUND_INDEX : GROUND_INDEX + 1]
    on_pitch, valid = camera.pixel_to_pitch(keypoints[:, GROUND_INDEX])
    derivative = camera.metre_to_pixel(np.where(valid[:, None], on_pitch, 0))
    derivative[~(valid & np.isfinite(derivative).all((1, 2)))] = 0
    ends = ground + derivative.swapaxes(1, 2)  # columns are d(px)/dx and d(px)/dy
    visible = data_info["keypoints_visible"]
    carried = np.repeat(visible[:, GROUND_INDEX : GROUND_INDEX + 1], 2, axis=1)
    data_info["keypoints"] = np.concatenate([keypoints, ends.astype(keypoints.dtype)], axis=1)
    data_info["keypoints_visible"] = np.concatenate([visible, carried], axis=1)
    data_info["flip_indices"] = list(range(data_info["keypoints"].shape[1]))


def detach_ground_metric(keypoints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split carried keypoints into the athlete's own and the pixel-to-metre matrix.

    Args:
        keypoints: (N, 4, 2) px in any image that affine maps made.

    Returns:
        The keypoints (N, 2, 2) and the matrices d(pitch m) / d(px) (N, 2, 2), float32. A degenerate matrix (an
        athlete on the horizon) is all zeros, so that its weight is 0.
    """
    own, ends = keypoints[:, :-2], keypoints[:, -2:]
    columns = (ends - own[:, GROUND_INDEX : GROUND_INDEX + 1]).swapaxes(1, 2).astype(np.float64)
    determinant = np.linalg.det(columns)
    usable = np.abs(determinant) > 1 / _MAX_M2_PER_PX2
    safe = np.where(usable[:, None, None], columns, np.eye(2))
    inverse = np.linalg.inv(safe) * usable[:, None, None]
    return own, inverse.astype(np.float32)
