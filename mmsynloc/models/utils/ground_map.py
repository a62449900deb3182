"""From pixels of the network's input to the pitch, for the images of a batch at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from mmsynloc.models.structures.rows import to_device
from mmsynloc.structures._radial import undistort

__all__ = ["GroundMap", "input_to_pitch", "make_ground_map"]

_META_KEYS = ("camera", "annotated_size", "input_size", "input_center", "input_scale")


class GroundMap(NamedTuple):
    """The cameras of a batch in one table.

    Args:
        table: (B, 13 + Q): scale and shift from pixels of the input to normalised coordinates, two numbers each, the
            homography from the undistorted plane to the ground, row by row, with positive weights below the horizon,
            and the polynomial that undistorts.
    """

    table: Tensor

    def to(self, device: torch.device) -> GroundMap:
        """The same on a device; in float32 where it has no float64 (Apple's GPUs)."""
        return GroundMap(to_device(self.table.float() if device.type == "mps" else self.table, device))

    def of(self, image: int) -> GroundMap:
        """That of one image."""
        return GroundMap(self.table[image : image + 1])


def make_ground_map(metainfos: Sequence[Mapping[str, Any]]) -> GroundMap:
    """The cameras of images and where their inputs lie in the frames, on the host in float64.

    Args:
        metainfos: of each image ``camera``, ``annotated_size``, ``input_size``, ``input_center`` and ``input_scale``.

    Raises:
        ValueError: something is missing from the metainfo.
    """
    missing = [key for key in _META_KEYS if any(key not in info for info in metainfos)]
    if missing:
        raise ValueError(f"misses {', '.join(missing)}: add them to the meta_keys of PackPoseInputs")
    polys = [np.asarray(info["camera"]["undist_poly"], np.float64) for info in metainfos]
    longest = max(map(len, polys))
    rows = [np.concatenate([_row(info), np.pad(p, (longest - len(p), 0))]) for info, p in zip(metainfos, polys)]
    return GroundMap(torch.from_numpy(np.stack(rows)))


def _row(metainfo: Mapping[str, Any]) -> np.ndarray:
    size, scale, center = (np.asarray(metainfo[f"input_{name}"], np.float64) for name in ("size", "scale", "center"))
    width, height = (int(side) for side in metainfo["annotated_size"])
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    matrix = np.asarray(metainfo["camera"]["camera_matrix"], np.float64)
    to_ground = np.linalg.inv(matrix[:, [0, 1, 3]]) * np.sign(np.linalg.det(matrix[:, :3]))
    return np.concatenate([scale / size / width, (center - 0.5 * scale - middle) / width, to_ground.ravel()])


def input_to_pitch(points_px: Tensor, ground_map: GroundMap) -> Tensor:
    """Where points stand, as :meth:`~mmsynloc.structures.Camera.pixel_to_pitch`.

    Args:
        points_px: (B, P, 2) px of the network's input.
        ground_map: of the B images.

    Returns:
        (B, P, 2) m, NaN above the horizon.
    """
    table = ground_map.table
    scale, shift, to_ground, poly = table.split([2, 2, 9, table.shape[1] - 13], 1)
    normalised = points_px.to(table.dtype) * scale[:, None] + shift[:, None]
    flat, in_domain = undistort(normalised, poly)
    ground = torch.cat([flat, torch.ones_like(flat[..., :1])], -1) @ to_ground.unflatten(1, (3, 3)).mT
    valid = in_domain & (ground[..., 2] > 0)
    return torch.where(valid[..., None], ground[..., :2] / ground[..., 2:], torch.nan)
