"""Whether two engines find the same."""

from __future__ import annotations

import numpy as np

BOX_PX = 1e-3
"""Float32 sums in another order, in coordinates up to 1000."""


def assert_same(ours: tuple[np.ndarray, ...], theirs: tuple[np.ndarray, ...]) -> None:
    """Check that each of their detections is among ours; those with nearly the same score may come in another order.

    Args:
        ours: boxes (N, 4), scores (N,), keypoints (N, K, 2).
        theirs: the same, M detections.
    """
    for box, score, keypoints in zip(*theirs):
        distances = np.abs(ours[0] - box).max(1)
        at = int(distances.argmin())
        assert distances[at] < BOX_PX
        np.testing.assert_allclose(ours[1][at], score, atol=1e-5)
        np.testing.assert_allclose(ours[2][at], keypoints, atol=BOX_PX)
