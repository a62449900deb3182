"""How good tracks are, where the truth is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from mmsynloc.evaluation.functional.pairing import closest_pairs

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
        seen = np.flatnonzero(~np.isnan(truth_m).any(1))
        placed = np.flatnonzero((tracks >= 0) & ~np.isnan(found_m).any(1))
        rows, columns, distances = closest_pairs(truth_m[seen], found_m[placed], max_distance_m)
        for person, track in zip(seen[rows].tolist(), tracks[placed[columns]].tolist()):
            switches += last.get(person, track) != track
            last[person] = track
        errors += distances.tolist()
        people, extra = people + len(seen), extra + int((tracks >= 0).sum()) - len(rows)
    return TrackScore(switches, people, len(errors), extra, float(np.mean(errors)) if errors else float("nan"))
