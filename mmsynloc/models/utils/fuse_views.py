"""Which detections of two views of one frame are the same athlete."""

from __future__ import annotations

import numpy as np

from mmsynloc.models.utils.ground_nms import GROUND_NMS_RADIUS_M
from mmsynloc.structures.boxes import box_iou

__all__ = ["pair_views"]


def pair_views(
    boxes_xyxy: np.ndarray,
    others_xyxy: np.ndarray,
    points_pitch_m: np.ndarray | None = None,
    others_pitch_m: np.ndarray | None = None,
    radius_m: float = GROUND_NMS_RADIUS_M,
    iou_threshold: float = 0.5,
) -> tuple[np.ndarray, np.ndarray]:
    """Pair the detections of two views, each with at most one of the other, the closest pairs first.

    Two may be a pair if they stand within ``radius_m`` of each other or if their boxes overlap by
    ``iou_threshold``: far away, and above the horizon, boxes agree better than positions.

    Args:
        boxes_xyxy: (N, 4) px.
        others_xyxy: (M, 4) px, in the same pixels.
        points_pitch_m: (N, 2) m, NaN above the horizon; None to go by boxes alone.
        others_pitch_m: (M, 2) m.
        radius_m: largest distance of a pair.
        iou_threshold: least overlap of a pair, below 1.

    Returns:
        Indices (P,) into the first and (P,) into the second view.
    """
    cost = (1 - box_iou(boxes_xyxy[:, None], others_xyxy[None])) / (1 - iou_threshold)
    if points_pitch_m is not None and others_pitch_m is not None:
        distance = np.linalg.norm(points_pitch_m[:, None] - others_pitch_m[None], axis=-1)
        cost = np.fmin(cost, distance / radius_m)  # ignores NaN
    ours, theirs = np.nonzero(cost <= 1)
    order = np.argsort(cost[ours, theirs], kind="stable")
    pairs, used_ours, used_theirs = [], set(), set()
    for i, j in zip(ours[order].tolist(), theirs[order].tolist()):
        if i not in used_ours and j not in used_theirs:
            pairs.append((i, j))
            used_ours.add(i)
            used_theirs.add(j)
    paired = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return paired[:, 0], paired[:, 1]
