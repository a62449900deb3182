"""Which detections of several results are the same athlete."""

from __future__ import annotations

import numpy as np

__all__ = ["cluster_on_ground"]


def cluster_on_ground(points_pitch_m: np.ndarray, source: np.ndarray, radius_m: float) -> np.ndarray:
    """Group the detections of one image; no group has two detections of one result.

    The closest pairs of groups come first (agglomerative clustering with complete linkage): two groups become one if
    all their members lie within ``radius_m`` of each other and come from different results. The order of the
    results plays no part.

    Args:
        points_pitch_m: (N, 2) metres; NaN above the horizon, where a detection stays alone.
        source: (N,) result of each.
        radius_m: largest distance within a group.

    Returns:
        (N,) group of each detection, numbered by first appearance.
    """
    distance = np.linalg.norm(points_pitch_m[:, None] - points_pitch_m[None], axis=-1)
    allowed = (source[:, None] != source[None]) & (distance <= radius_m)  # false for NaN
    first, second = np.nonzero(np.triu(allowed))
    groups = {row: [row] for row in range(len(source))}
    group_of = list(range(len(source)))
    for pair in np.argsort(distance[first, second], kind="stable").tolist():
        one, two = group_of[first[pair]], group_of[second[pair]]
        if one != two and allowed[np.ix_(groups[one], groups[two])].all():
            for row in groups[two]:
                group_of[row] = one
            groups[one] += groups.pop(two)
    _, appearance, number = np.unique(group_of, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(appearance))[number.reshape(-1)]
