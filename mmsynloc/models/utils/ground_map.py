"""From pixels of the network's input to the pitch, for the images of a batch at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from mmsynloc.models.structures.rows import to_device
from mmsynloc.structures._radial import undistort

__all__ = ["GroundMap", "ground_map_of", "input_to_pitch", "make_ground_map"]

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
    sizes, scales, centres = (_column(metainfos, f"input_{name}") for name in ("size", "scale", "center"))
    to_frame = torch.cat([scales / sizes, centres - 0.5 * scales], 1)
    cameras = [info["camera"] for info in metainfos]
    polys = [np.asarray(camera["undist_poly"], np.float64) for camera in cameras]
    longest = max(map(len, polys))
    padded = torch.from_numpy(np.stack([np.pad(poly, (longest - len(poly), 0)) for poly in polys]))
    return ground_map_of(_column(cameras, "camera_matrix"), padded, to_frame, _column(metainfos, "annotated_size"))


def _column(infos: Sequence[Mapping[str, Any]], key: str) -> Tensor:
    return torch.from_numpy(np.stack([np.asarray(info[key], np.float64) for info in infos]))


def ground_map_of(camera_matrix: Tensor, undist_poly: Tensor, to_frame: Tensor, frame_size: Tensor) -> GroundMap:
    """The same from tensors, without an operation that ONNX lacks.

    Args:
        camera_matrix: (B, 3, 4), its overall sign is free.
        undist_poly: (B, Q), highest power first.
        to_frame: (B, 4), what brings pixels of the input to the frame: scale in x and y, then shift in x and y.
        frame_size: (B, 2), width and height of the frame.
    """
    width = frame_size[:, :1]
    scale, shift = to_frame[:, :2] / width, (to_frame[:, 2:] - (frame_size - 1) / 2) / width
    across, along, up, origin = camera_matrix.unbind(-1)
    rows = [torch.linalg.cross(one, other) for one, other in ((along, origin), (origin, across), (across, along))]
    # The adjugate is the inverse times the determinant, whose absolute value a homography does not need.
    orientation = (rows[0] * across).sum(-1).sign() * (rows[2] * up).sum(-1).sign()
    to_ground = torch.cat(rows, 1) * orientation[:, None]
    return GroundMap(torch.cat([scale, shift, to_ground, undist_poly], 1))


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
    rays = torch.cat([flat, torch.ones_like(flat[..., :1])], -1)
    ground = (rays[:, :, None] * to_ground.unflatten(1, (3, 3))[:, None]).sum(-1)
    valid = in_domain & (ground[..., 2] > 0)
    return torch.where(valid[..., None], ground[..., :2] / ground[..., 2:], torch.nan)
