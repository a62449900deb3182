"""A second stage's sample as one picture: the crops of a frame side by side, with their labels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from mmsynloc.codecs import GROUND_INDEX

__all__ = ["crops_side_by_side"]


def crops_side_by_side(sample: Mapping[str, Any]) -> dict[str, Any]:
    """The sample with its crops in one image.

    Args:
        sample: what :class:`~mmsynloc.datasets.transforms.SynLocAthleteCrops` makes of a frame: P crops of (H, W).

    Returns:
        The same with ``img`` (rows * H, columns * W, 3), and of the N crops that show an athlete ``keypoints``
        (N, 2, 2) or, with the ground moved by 1 m across and along the pitch, (N, 4, 2), and ``keypoints_visible``,
        in px of ``img``. It has no ``bbox``.
    """
    crops = sample["crops"]
    count, height, width = crops.shape[:3]
    columns = math.ceil(math.sqrt(count * height / width))
    rows = math.ceil(count / columns)
    image = np.full((rows * columns, height, width, 3), 114, np.uint8)
    image[:count] = crops
    image = image.reshape(rows, columns, height, width, 3).swapaxes(1, 2).reshape(rows * height, columns * width, 3)
    places = np.stack([np.arange(count) % columns * width, np.arange(count) // columns * height], axis=1)
    points, visible = _labels(sample)
    keep = np.asarray(sample["is_athlete"])
    shown = {key: value for key, value in sample.items() if key != "bbox"}
    return {
        **shown,
        "img": image,
        "keypoints": (points + places[:, None])[keep],
        "keypoints_visible": visible[keep],
    }


def _labels(sample: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Keypoints (P, 2 or 4, 2) in px of each crop, and which are visible."""
    points, visible = np.asarray(sample["crop_keypoints"]), np.asarray(sample["crop_visible"])
    metric = np.asarray(sample["pixel_to_metre"], np.float64)
    known = np.abs(np.linalg.det(metric)) > 0
    if not known.any():
        return points, visible
    metre_to_px = np.linalg.inv(np.where(known[:, None, None], metric, np.eye(2))) * known[:, None, None]
    ground = points[:, GROUND_INDEX : GROUND_INDEX + 1]
    ends = ground + metre_to_px.swapaxes(1, 2)  # columns are d(px)/dx and d(px)/dy
    return np.concatenate([points, ends], axis=1), np.concatenate([visible, np.repeat(visible[:, 1:], 2, 1)], axis=1)
