"""The coordinate alarm: Full HD pixels scored against 4K annotations."""

from __future__ import annotations

import numpy as np

from mmsynloc.evaluation.functional import PeopleTable
from mmsynloc.structures.half_size import lie_in_upper_left_quarter, upper_left_share

__all__ = ["CoordinateWarning", "EvaluationWarning", "coordinate_alarm"]

_FEWEST = 10  # fewer detections are not conclusive; more may still be right, so the people are compared
_EXPECTED = 0.75  # no correct data set has this share of its people there


class EvaluationWarning(UserWarning):
    """Something is scored in another way than the user may expect."""


class CoordinateWarning(EvaluationWarning):
    """The detections' pixels look as if they belonged to a smaller image than the annotations."""


def coordinate_alarm(
    points_px: np.ndarray, image: np.ndarray, people: PeopleTable, image_size: np.ndarray
) -> str | None:
    """Warn if all detections lie in the upper left quarter of their frames although the people do not.

    Args:
        points_px: (D, 2) the detections' pixels.
        image: (D,) their images.
        people: the ground truth; without boxes there is no alarm.
        image_size: (M, 2) annotated ``(width, height)``.

    Returns:
        The warning, or None.
    """
    if people.boxes_xywh is None or not len(people.image):
        return None
    if not lie_in_upper_left_quarter(points_px, image_size[image], _FEWEST):
        return None
    centres = people.boxes_xywh[:, :2] + people.boxes_xywh[:, 2:] / 2
    if upper_left_share(centres, image_size[people.image]) >= _EXPECTED:
        return None
    width, height = np.median(image_size, axis=0).astype(int)
    return (
        f"COORDINATE ALARM: the detections fill only the upper left quarter of the annotated {width} x {height} frame, "
        f"as {width // 2} x {height // 2} pixels would. Coordinates must be in annotated pixels; these score near 0."
    )
