"""Linking positions over frames with norfair's tracker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import numpy as np

from mmsynloc.utils import UserError

__all__ = ["link_positions"]

POSITION_SD_M = 0.3  # of a detection
SPEED_SD_M_S = 3.0  # of a new athlete
ACCELERATION_SD_M_S2 = 4.0
REACH_M = 1.0  # from the predicted position, beside what the athlete may run in a frame
TOP_SPEED_M_S = 10.0
LOST_AFTER_S = 1.0
CONFIRMED_AFTER_S = 0.2


def link_positions(
    frames: Iterable[np.ndarray], interval_s: float, missing: Iterable[int] | None = None
) -> list[np.ndarray]:
    """Say which positions of successive frames are one athlete's.

    A tracker of norfair predicts each athlete by a Kalman filter in metres and takes the nearest detection. An athlete
    who is missed for a second, or for three frames where those take longer, is lost, also where there are no frames;
    one who is seen only for a moment is no track.

    Args:
        frames: for each frame the positions (N, 2) m; NaN ones are not linked.
        interval_s: time between frames.
        missing: for each frame how many frames are missing before it; None where there are no gaps.

    Returns:
        For each frame the tracks (N,) int64, numbered from 1 in the order in which they begin; -1 for none.

    Raises:
        UserError: norfair is not installed.
    """
    tracker, detection = _make_tracker(interval_s)
    owners: list[list] = []
    for points_m, absent in zip(frames, repeat(0) if missing is None else missing):
        for _ in range(min(absent, _frames_until_lost(interval_s) + 2)):  # as many lose everybody
            tracker.update()
        found = [detection(point[None], data=row) for row, point in enumerate(points_m) if not np.isnan(point).any()]
        tracker.update(found)
        of_this_frame = {id(one) for one in found}
        owner: list = [None] * len(points_m)
        for athlete in tracker.tracked_objects:
            if id(athlete.last_detection) in of_this_frame:
                owner[athlete.last_detection.data] = athlete
        owners.append(owner)
    return _number(owners)


def require_tracker() -> None:
    """Make sure that athletes can be followed, before a long run finds them.

    Raises:
        UserError: norfair, or a package that it needs, is not installed.
    """
    try:
        import norfair  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name in ("norfair", "filterpy"):
            raise UserError("tracking needs norfair: pip install --no-deps norfair filterpy") from None
        raise UserError(f"tracking needs {error.name}, which norfair imports: pip install {error.name}") from None


def _make_tracker(interval_s: float) -> tuple[Any, Any]:
    """norfair's tracker, and its class of detections."""
    require_tracker()
    from norfair import Detection, OptimizedKalmanFilterFactory, Tracker

    speed_m, velocity_change_m = SPEED_SD_M_S * interval_s, ACCELERATION_SD_M_S2 * interval_s**2
    kalman = OptimizedKalmanFilterFactory(
        R=POSITION_SD_M**2, Q=velocity_change_m**2, pos_variance=POSITION_SD_M**2, vel_variance=speed_m**2
    )
    lost, confirmed = _frames_until_lost(interval_s), max(1, round(CONFIRMED_AFTER_S / interval_s))
    tracker = Tracker(
        distance_function="euclidean",
        distance_threshold=REACH_M + TOP_SPEED_M_S * interval_s,
        hit_counter_max=lost,
        initialization_delay=min(confirmed, lost - 1),
        pointwise_hit_counter_max=lost,
        filter_factory=kalman,
        past_detections_length=0,
    )
    return tracker, Detection


def _frames_until_lost(interval_s: float) -> int:
    return max(3, round(LOST_AFTER_S / interval_s))


def _number(owners: Sequence[Sequence]) -> list[np.ndarray]:
    """Tracks by their order of appearance; athletes that never were confirmed get none."""
    numbers: dict[int, int] = {}
    for owner in owners:
        for athlete in owner:
            if athlete is not None and athlete.id is not None:
                numbers.setdefault(athlete.id, len(numbers) + 1)
    return [np.array([-1 if a is None or a.id is None else numbers[a.id] for a in owner], np.int64) for owner in owners]
