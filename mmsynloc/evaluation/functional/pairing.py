"""Position error of the found athletes in metres, reported beside the scores."""

from __future__ import annotations

import numpy as np

from mmsynloc.evaluation.functional.locsim import DetectionTable, PeopleTable

__all__ = ["closest_pairs", "paired_distances_m"]


def closest_pairs(
    points_m: np.ndarray, others_m: np.ndarray, max_distance_m: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The one-to-one pairs within reach: as many as there can be, then the closest.

    Args:
        points_m: (N, 2) m, all finite.
        others_m: (M, 2) m, all finite.
        max_distance_m: pairs further apart are none.

    Returns:
        For the P pairs the rows of ``points_m`` and of ``others_m``, and the distances (P,) in m.
    """
    from scipy.optimize import linear_sum_assignment  # its import takes longer than most evaluations

    distance = np.linalg.norm(points_m[:, None] - others_m[None], axis=-1)
    reachable = distance <= max_distance_m
    # A pair out of reach costs more than all pairs within it together, so that none is given up for shorter ones.
    too_far = (min(distance.shape) + 1) * max_distance_m
    rows, columns = linear_sum_assignment(np.where(reachable, distance, too_far))
    kept = reachable[rows, columns]
    rows, columns = rows[kept], columns[kept]
    return rows, columns, distance[rows, columns]


def paired_distances_m(
    people: PeopleTable, detections: DetectionTable, score_threshold: float, max_distance_m: float = 2.0
) -> np.ndarray:
    """Distances between people and the detections paired with them.

    The metric's own matches end at 0.48 m (LocSim 0.5), which describes a model with larger errors poorly.

    Args:
        people: G people.
        detections: D detections; those without a ground position are left out.
        score_threshold: detections must score more than this.
        max_distance_m: pairs further apart are none.

    Returns:
        (P,) metres of the pairs of all images; empty where no person is found.
    """
    usable = (detections.scores > score_threshold) & np.isfinite(detections.positions_pitch_m).all(-1)
    images = np.unique(people.image)
    there = _by_image(people.image, people.positions_pitch_m, images)
    found = _by_image(detections.image[usable], detections.positions_pitch_m[usable], images)
    return np.concatenate([np.zeros(0), *(closest_pairs(*pair, max_distance_m)[2] for pair in zip(there, found))])


def _by_image(image: np.ndarray, rows: np.ndarray, images: np.ndarray) -> list[np.ndarray]:
    """The rows of each of some images, which are in order."""
    order = np.argsort(image, kind="stable")
    begins, ends = (np.searchsorted(image[order], images, side) for side in ("left", "right"))
    return [rows[order[begin:end]] for begin, end in zip(begins, ends)]
