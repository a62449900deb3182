"""Position error of the found athletes in metres, reported beside the scores."""

from __future__ import annotations

import numpy as np

from mmsynloc.evaluation.functional.locsim import DetectionTable, PeopleTable

__all__ = ["paired_distances_m"]


def _closest_pairs(points_m: np.ndarray, others_m: np.ndarray, max_distance_m: float) -> np.ndarray:
    """Distances (P,) of the one-to-one pairs within reach: as many as there can be, then the closest."""
    from scipy.optimize import linear_sum_assignment  # its import takes longer than most evaluations

    distance = np.linalg.norm(points_m[:, None] - others_m[None], axis=-1)
    reachable = distance <= max_distance_m
    # A pair out of reach costs more than all pairs within it together, so that none is given up for shorter ones.
    too_far = (min(distance.shape) + 1) * max_distance_m
    rows, columns = linear_sum_assignment(np.where(reachable, distance, too_far))
    return distance[rows, columns][reachable[rows, columns]]


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
    distances = [np.zeros(0)]
    for image in np.unique(people.image):
        found = detections.positions_pitch_m[usable & (detections.image == image)]
        there = people.positions_pitch_m[people.image == image]
        distances.append(_closest_pairs(there, found, max_distance_m))
    return np.concatenate(distances)
