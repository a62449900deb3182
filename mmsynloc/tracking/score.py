"""How good tracks are, where the truth is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

__all__ = ["TrackScore", "score_tracks"]


class TrackScore(NamedTuple):
    """Counts over all frames.

    Attributes:
        switches: how often a person goes on under another number.
        people: true positions.
        found: those that a tracked position is paired with.
        extra: tracked positions that belong to nobody.
        error_m: mean distance of the pairs, NaN without any.
    """

    switches: int
    people: int
    found: int
    extra: int
    error_m: float


def score_tracks(
    frames: Iterable[tuple[np.ndarray, np.ndarray, np.ndarray]], max_distance_m: float = 2.0
) -> TrackScore:
    """Pair tracked positions with people, frame by frame, and count.

    Of all pairings of as many as possible within reach, the one of the smallest total distance is taken.

    Args:
        frames: for each frame the positions (P, 2) m of the same P people, NaN for those who are not seen; and the
            positions (N, 2) m and tracks (N,) that were found, -1 for those without a track, which do not count.
        max_distance_m: of a pair.
    """
    last: dict[int, int] = {}
    switches = people = extra = 0
    errors: list[float] = []
    for truth_m, found_m, tracks in frames:
        seen, tracked = np.flatnonzero(~np.isnan(truth_m).any(1)), np.flatnonzero(tracks >= 0)
        distances = np.linalg.norm(truth_m[seen][:, None] - found_m[tracked][None], axis=-1)
        distances = np.where(np.isnan(distances), np.inf, distances)
        rows, columns = linear_sum_assignment(np.minimum(distances, 1e3 * max_distance_m))
        near = distances[rows, columns] <= max_distance_m
        for person, track in zip(seen[rows[near]].tolist(), tracks[tracked[columns[near]]].tolist()):
            switches += last.get(person, track) != track
            last[person] = track
        errors += distances[rows[near], columns[near]].tolist()
        people, extra = people + len(seen), extra + len(tracked) - int(near.sum())
    return TrackScore(switches, people, len(errors), extra, float(np.mean(errors)) if errors else float("nan"))
