"""What errors may depend on: distance, size, occlusion, edge of frame, camera."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mmsynloc.evaluation.errors.case import Case
from mmsynloc.evaluation.functional import CameraTable

__all__ = [
    "Attribute",
    "camera_groups",
    "camera_positions_m",
    "covered_share",
    "distances_m",
    "make_attributes",
]

_DISTANCE_M = (7.0, 12.0, 20.0, 30.0, 45.0, 60.0, 80.0)
_HEIGHT_PX = (16.0, 32.0, 48.0, 64.0, 96.0, 144.0)
_COVERED = (0.01, 0.25, 0.5)
_MARGIN = (0.0, 0.03)
_ROWS_AT_ONCE = 1 << 14


@dataclass(frozen=True)
class Attribute:
    """N groups to which D detections and G people belong.

    Args:
        name: what it is, with its unit.
        labels: (N,) names of the groups.
        det_group: (D,) group of each detection, -1 for none.
        gt_group: (G,) group of each person, likewise.
        images: (N,) number of images that the group can occur in.
    """

    name: str
    labels: tuple[str, ...]
    det_group: np.ndarray
    gt_group: np.ndarray
    images: np.ndarray


def camera_positions_m(cameras: CameraTable) -> np.ndarray:
    """Camera centres (M, 3) in the pitch frame, in metres."""
    matrix = cameras.camera_matrix
    return -np.linalg.solve(matrix[:, :, :3], matrix[:, :, 3:])[..., 0]


def camera_groups(cameras: CameraTable) -> tuple[np.ndarray, int]:
    """Which camera (M,) took each image, numbered by first appearance, and their number.

    Images whose camera matrices agree to six digits, whatever their overall sign and size, share a camera.
    """
    matrix = cameras.camera_matrix.reshape(-1, 12)
    sign = np.sign(np.linalg.det(cameras.camera_matrix[:, :, :3]))
    scaled = matrix / (sign * np.linalg.norm(matrix, axis=1))[:, None]
    _, first, group = np.unique(np.round(scaled, 6), axis=0, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[group.reshape(-1)], len(first)


def distances_m(positions_m: np.ndarray, image: np.ndarray, centres_m: np.ndarray) -> np.ndarray:
    """Distances (N,) along the ground from the point below the camera, in metres."""
    return np.hypot(*(positions_m - centres_m[image, :2]).T)


def covered_share(
    boxes_xywh: np.ndarray, distance_m: np.ndarray, image: np.ndarray, case: Case, gt_distance_m: np.ndarray
) -> np.ndarray:
    """The largest share (N,) of each box that the box of one nearer person covers.

    Args:
        boxes_xywh: (N, 4) px.
        distance_m: (N,) from the camera; NaN counts as not covered.
        image: (N,) image of each.
        case: with G people and their boxes.
        gt_distance_m: (G,) their distances.
    """
    arrangement, others = case.arrangement, case.gt_boxes_xywh
    share = np.zeros(len(boxes_xywh))
    if others is None:
        return share
    for start in range(0, len(boxes_xywh), _ROWS_AT_ONCE):
        rows = np.arange(start, min(start + _ROWS_AT_ONCE, len(boxes_xywh)))
        count = arrangement.gt_count[image[rows]]
        row = np.repeat(rows, count)
        offset = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        gt = np.repeat(arrangement.gt_first[image[rows]], count) + offset
        nearer = gt_distance_m[gt] < distance_m[row] - 1e-6
        row, gt = row[nearer], gt[nearer]
        np.maximum.at(share, row, _overlap_share(boxes_xywh[row], others[gt]))
    return share


def _overlap_share(boxes_xywh: np.ndarray, others_xywh: np.ndarray) -> np.ndarray:
    """The share (N,) of each box that the other box of its row covers."""
    low = np.maximum(boxes_xywh[:, :2], others_xywh[:, :2])
    high = np.minimum(boxes_xywh[:, :2] + boxes_xywh[:, 2:], others_xywh[:, :2] + others_xywh[:, 2:])
    overlap = np.clip(high - low, 0, None).prod(axis=1)
    area = boxes_xywh[:, 2:].prod(axis=1)
    return np.divide(overlap, area, out=np.zeros(len(area)), where=area > 0)


def _margin(boxes_xywh: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Room (N,) between box and frame, as a share of the frame's width; 0 or less for a box that is cut."""
    x, y, w, h = boxes_xywh.T
    room = np.minimum.reduce([x, y, size[:, 0] - x - w, size[:, 1] - y - h]) - 1
    return room / size[:, 0]


def _binned(
    name: str, labels: tuple[str, ...], edges: tuple[float, ...], det: np.ndarray, gt: np.ndarray, num_images: int
) -> Attribute:
    """Groups by number: below the first edge, from there to the second, and so on; NaN belongs to none."""
    det_group, gt_group = (np.where(np.isfinite(v), np.searchsorted(edges, v, side="right"), -1) for v in (det, gt))
    return Attribute(name, labels, det_group, gt_group, np.full(len(labels), num_images))


def _ranges(edges: tuple[float, ...], unit: str) -> tuple[str, ...]:
    middle = [f"{low:g} to {high:g} {unit}" for low, high in pairwise(edges)]
    return (f"below {edges[0]:g} {unit}", *middle, f"from {edges[-1]:g} {unit}")


def make_attributes(case: Case, cameras: CameraTable) -> list[Attribute]:
    """Distance from the camera, and where there are boxes their height, occlusion and distance from the frame's edge.

    Args:
        case: D detections and G people; what needs a box is left out where people or detections have none.
        cameras: of the M images.
    """
    arrangement, centres, number = case.arrangement, camera_positions_m(cameras), case.num_images
    distance = (
        distances_m(case.det_positions_m, arrangement.det_image, centres),
        distances_m(case.gt_positions_m, arrangement.gt_image, centres),
    )
    labels = _ranges(_DISTANCE_M, "m")
    attributes = [_binned("distance from the camera", labels, _DISTANCE_M, *distance, number)]
    det_boxes, gt_boxes = case.det_boxes_xywh, case.gt_boxes_xywh
    if gt_boxes is None or (det_boxes is None and len(case.det_positions_m)):
        return attributes
    det_boxes = np.zeros((0, 4)) if det_boxes is None else det_boxes
    labels, heights = _ranges(_HEIGHT_PX, "px"), (det_boxes[:, 3], gt_boxes[:, 3])
    attributes.append(_binned("height of the box", labels, _HEIGHT_PX, *heights, number))
    covered = (
        covered_share(det_boxes, distance[0], arrangement.det_image, case, distance[1]),
        covered_share(gt_boxes, distance[1], arrangement.gt_image, case, distance[1]),
    )
    labels = ("not covered", "up to 25 % covered", "25 to 50 % covered", "over 50 % covered")
    attributes.append(_binned("covered by a nearer athlete's box", labels, _COVERED, *covered, number))
    size = cameras.image_size
    margins = (_margin(det_boxes, size[arrangement.det_image]), _margin(gt_boxes, size[arrangement.gt_image]))
    labels = ("cut by the edge", "within 3 % of the width", "inside")
    edges = tuple(np.nextafter(edge, 1) for edge in _MARGIN)  # a box that ends at the edge is cut
    attributes.append(_binned("edge of the frame", labels, edges, *margins, number))
    return attributes
