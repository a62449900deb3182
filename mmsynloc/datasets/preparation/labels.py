"""Consistency of the labels of one annotation file: alarms and notes, one line each."""

from __future__ import annotations

import numpy as np

from mmsynloc.datasets.data_infos import require_labels
from mmsynloc.datasets.preparation.layout import ANNOTATED_SIZE
from mmsynloc.files import Annotations
from mmsynloc.structures.half_size import lie_in_upper_left_quarter

__all__ = ["coordinate_alarms", "people_notes", "projection_error_px", "resolution_notes"]

_MIN_PEOPLE = 30
_MAX_PROJECTION_ERROR_PX = 2.0  # the official polynomials invert each other to about 0.1 px
_MAX_OUTSIDE = 0.2
_FARTHEST_M = (45.0, 65.0)  # people of the official set stand up to 41 m across and 59 m along


def projection_error_px(annotations: Annotations, scale: float = 1.0) -> float:
    """Median distance from ``scale`` times the projected position to the pelvis_ground keypoint; NaN without people."""
    people = annotations.people
    if people is None or not len(people):
        return float("nan")
    ground_px = require_labels(annotations)[1][:, 1, :2]
    projected = annotations.project(people.positions_pitch_m[:, None], people.image)[:, 0]
    errors = np.hypot(*((projected + 0.5) * scale - 0.5 - ground_px).T)
    errors = errors[np.isfinite(errors)]
    return float(np.median(errors)) if len(errors) else float("nan")


def coordinate_alarms(annotations: Annotations) -> list[str]:
    """Signs that the coordinates are in pixels of another resolution than the annotated one, one line each."""
    people = annotations.people
    if people is None or not len(people):
        return []
    alarms = []
    error = projection_error_px(annotations)
    if error > _MAX_PROJECTION_ERROR_PX:
        alarms.append(f"keypoints lie {error:.1f} px (median) off the projected positions{_scale_hint(annotations)}")
    sizes = annotations.image_sizes[people.image]
    if lie_in_upper_left_quarter(people.boxes_xyxy[:, 2:], sizes, at_least=_MIN_PEOPLE):
        alarms.append("nearly all boxes lie in the frame's upper left quarter: Full HD pixels against 4K sizes?")
    x, y = np.abs(people.positions_pitch_m).T
    if np.mean((x > _FARTHEST_M[0]) | (y > _FARTHEST_M[1])) > 0.01:
        alarms.append("positions lie far outside the pitch: metres from its centre, x across and y along?")
    outside = np.mean(_outside_of_frame(annotations))
    if outside > _MAX_OUTSIDE:
        alarms.append(f"{outside:.0%} of the boxes lie outside the frame: 4K pixels against Full HD sizes?")
    return alarms


def _outside_of_frame(annotations: Annotations) -> np.ndarray:
    """Mask (N,) of people whose box has no part in the frame."""
    people = annotations.people
    assert people is not None
    width, height = annotations.image_sizes[people.image].T
    x1, y1, x2, y2 = people.boxes_xyxy.T
    return (x1 >= width) | (y1 >= height) | (x2 <= 0) | (y2 <= 0)


def _scale_hint(annotations: Annotations) -> str:
    for scale, name in ((0.5, "half the annotated size, as in Full HD against 4K"), (2.0, "twice the annotated size")):
        if projection_error_px(annotations, scale) <= _MAX_PROJECTION_ERROR_PX:
            return f": they are in pixels of {name}"
    return ""


def people_notes(annotations: Annotations) -> list[str]:
    """One line for each kind of people whom a training or an evaluation would rather not meet."""
    people = annotations.people
    if people is None or not len(people):
        return []
    x1, y1, x2, y2 = people.boxes_xyxy.T
    spots = np.column_stack([people.image, people.positions_pitch_m, people.boxes_xyxy])
    _, first, inverse = np.unique(spots, axis=0, return_index=True, return_inverse=True)
    kinds = {
        "with a box of no area": (x2 <= x1) | (y2 <= y1),
        "with a box outside of the frame": _outside_of_frame(annotations),
        "listed twice, with one box and one position": first[inverse.reshape(-1)] != np.arange(len(people)),
    }
    return [
        f"{np.count_nonzero(which)} people {kind}: annotation id {people.ids[np.argmax(which)]}"
        f"{' and others' if np.count_nonzero(which) > 1 else ''}"
        for kind, which in kinds.items()
        if which.any()
    ]


def resolution_notes(annotations: Annotations) -> list[str]:
    """One line where the annotated size is not the official one."""
    sizes = sorted(set(map(tuple, annotations.image_sizes.tolist())))
    if sizes == [ANNOTATED_SIZE]:
        return []
    text = ", ".join(f"{w}x{h}" for w, h in sizes)
    return [f"annotated for {text}; the official annotations, and submissions, are for 3840x2160"]
