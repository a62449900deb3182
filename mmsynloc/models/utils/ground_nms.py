"""One athlete stands at one spot: duplicates are removed in metres on the pitch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["box_nms", "ground_nms", "remove_duplicates"]


def _greedy(scores: np.ndarray, is_duplicate: Callable[[int, np.ndarray], np.ndarray]) -> np.ndarray:
    """Take the best, drop its duplicates among the rest (given as indices), and so on; O(kept x N)."""
    remaining = np.argsort(-scores, kind="stable")
    keep = []
    while len(remaining):
        best, remaining = remaining[0], remaining[1:]
        keep.append(best)
        remaining = remaining[~is_duplicate(best, remaining)]
    return np.array(keep, dtype=np.int64)


def ground_nms(points_pitch_m: np.ndarray, scores: np.ndarray, radius_m: float) -> np.ndarray:
    """Keep the best of those who stand within ``radius_m`` of each other, greedily by score.

    Args:
        points_pitch_m: (N, 2) m. Points that are not finite (over the horizon) are kept and drop nobody.
        scores: (N,); among equal scores the first wins.
        radius_m: a detection at this distance from a better one, or nearer, is dropped.

    Returns:
        Indices (K,) of the kept ones, by falling score.
    """

    def is_near(best: int, others: np.ndarray) -> np.ndarray:
        squared = ((points_pitch_m[others] - points_pitch_m[best]) ** 2).sum(-1)
        return squared <= radius_m**2  # false for NaN

    return _greedy(scores, is_near)


def box_nms(boxes_xyxy: np.ndarray, scores: np.ndarray, iou_threshold: float) -> np.ndarray:
    """Box NMS, as upstream's ``nms_torch`` but stable among equal scores.

    Args:
        boxes_xyxy: (N, 4) px.
        scores: (N,).
        iou_threshold: boxes that overlap a better one by more are dropped; 1 or more drops none.

    Returns:
        Indices (K,) of the kept ones, by falling score.
    """
    if iou_threshold >= 1:
        return np.argsort(-scores, kind="stable")
    low, high = boxes_xyxy[:, :2], boxes_xyxy[:, 2:]
    areas = (high - low).prod(-1)

    def overlaps(best: int, others: np.ndarray) -> np.ndarray:
        sides = np.minimum(high[others], high[best]) - np.maximum(low[others], low[best])
        shared = sides.clip(min=0).prod(-1)
        return shared > iou_threshold * (areas[others] + areas[best] - shared).clip(min=1e-6)

    return _greedy(scores, overlaps)


def remove_duplicates(
    boxes_xyxy: np.ndarray,
    scores: np.ndarray,
    points_pitch_m: np.ndarray,
    radius_m: float = 0.6,
    box_threshold: float = 0.65,
) -> np.ndarray:
    """Ground NMS; among those over the horizon, who have no position, box NMS.

    Args:
        boxes_xyxy: (N, 4) px.
        scores: (N,).
        points_pitch_m: (N, 2) m, NaN over the horizon.
        radius_m: as for :func:`ground_nms`.
        box_threshold: as for :func:`box_nms`.

    Returns:
        Indices (K,) of the kept ones, by falling score.
    """
    on_pitch = np.isfinite(points_pitch_m).all(-1)
    below, above = np.flatnonzero(on_pitch), np.flatnonzero(~on_pitch)
    below = below[ground_nms(points_pitch_m[below], scores[below], radius_m)]
    above = above[box_nms(boxes_xyxy[above], scores[above], box_threshold)]
    kept = np.concatenate([below, above])
    return kept[np.argsort(-scores[kept], kind="stable")]
