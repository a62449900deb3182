"""The two keypoints that the models learn, out of whatever keypoints a file has."""

from __future__ import annotations

import numpy as np

from mmsynloc.files import Annotations
from mmsynloc.utils import UserError

__all__ = ["NUM_KEYPOINTS", "select_pelvis_keypoints"]

NUM_KEYPOINTS = 2  # pelvis, pelvis_ground

_PELVIS_NAMES = ("pelvis", "midhip", "mid_hip")
_NUM_BODY25, _MID_HIP = 25, 8


def select_pelvis_keypoints(annotations: Annotations) -> np.ndarray:
    """The pelvis and the ground point below it.

    Two keypoints are taken as they are. Of others the pelvis is the one that the category names ``pelvis`` or
    ``MidHip``, or the MidHip of 25 keypoints (BODY_25), which in the official ``person_keypoints_*.json`` is the same
    point. ``pelvis_ground`` is the one of that name, or else the projection of ``position_on_pitch``, which is how the
    official files define it.

    Args:
        annotations: of G people.

    Returns:
        (G, 2, 3) x and y in annotated px, not clipped, and visibility.

    Raises:
        UserError: the people have no keypoints, or none of these is the pelvis.
    """
    people = annotations.people
    if people is None or not len(people):
        return np.zeros((0, NUM_KEYPOINTS, 3))
    if people.keypoints is None:
        raise UserError(f"{annotations.path}: people have 0 keypoints, not 2, pelvis and pelvis_ground")
    number = people.keypoints.shape[1]
    if number == NUM_KEYPOINTS:
        return people.keypoints
    names = [name.lower() for name in annotations.keypoint_names[:number]]
    pelvis = _find_pelvis(names, number)
    if pelvis is None:
        raise UserError(
            f"{annotations.path}: people have {number} keypoints, not 2, pelvis and pelvis_ground, and the category "
            "names none of them pelvis or MidHip"
        )
    if "pelvis_ground" in names:
        return people.keypoints[:, [pelvis, names.index("pelvis_ground")]]
    return np.stack([people.keypoints[:, pelvis], _project_positions(annotations)], axis=1)


def _find_pelvis(names: list[str], number: int) -> int | None:
    named = next((names.index(name) for name in _PELVIS_NAMES if name in names), None)
    return _MID_HIP if named is None and number == _NUM_BODY25 else named


def _project_positions(annotations: Annotations) -> np.ndarray:
    """Where the people stand, (G, 3) px and visibility; 0, 0, 0 behind the camera."""
    people = annotations.people
    assert people is not None, "there are people"
    points_px = annotations.project(people.positions_pitch_m[:, None], people.image)[:, 0]
    there = np.isfinite(points_px).all(axis=1, keepdims=True)
    return np.concatenate([np.where(there, points_px, 0), there], axis=1)
