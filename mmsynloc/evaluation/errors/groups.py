"""Scores and errors of groups of athletes: by distance, size, occlusion, edge of frame, camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mmsynloc.evaluation.errors.attributes import Attribute, camera_groups, camera_positions_m
from mmsynloc.evaluation.errors.case import Case, MatchedCase
from mmsynloc.evaluation.errors.operating import OperatingPoint, median
from mmsynloc.evaluation.errors.precision import group_average_precision
from mmsynloc.evaluation.errors.thresholds import at_threshold, best_threshold, threshold_curve
from mmsynloc.evaluation.functional import CameraTable

__all__ = ["GroupRow", "by_camera", "group_rows"]

_MOST_CAMERAS = 24


@dataclass(frozen=True)
class GroupRow:
    """The errors of one group; figures without anything to count are NaN.

    Args:
        label: the group.
        people: number of its people.
        average_precision: mAP-LocSim of these people.
        box_average_precision: the same with the bottom of the predicted box as position.
        missed: share of the people with no detection over the threshold within reach.
        false_per_image: detections over the threshold that match nobody, duplicates and false positives, an image.
        error_m: median position error of the found, metres.
        along_m: median error along the viewing ray, positive for too far away.
        f1: at the threshold.
        own_threshold: the best threshold for the group.
        own_f1: F1 there.
    """

    label: str
    people: int
    average_precision: float
    box_average_precision: float
    missed: float
    false_per_image: float
    error_m: float
    along_m: float
    f1: float
    own_threshold: float
    own_f1: float


def by_camera(case: Case, cameras: CameraTable) -> Attribute:
    """The cameras as groups; from the 25th on, by number of images, they are one group."""
    group, number = camera_groups(cameras)
    centres = camera_positions_m(cameras)
    counts = np.bincount(group, minlength=number)
    kept = np.sort(np.argsort(-counts, kind="stable")[:_MOST_CAMERAS])
    renumber = np.full(number, len(kept))
    renumber[kept] = np.arange(len(kept))
    labels = []
    for camera in kept:
        x, y, z = centres[np.argmax(group == camera)]
        images = f"{counts[camera]} image" + "s" * bool(counts[camera] != 1)
        labels.append(f"camera {camera + 1}: {images}, at ({x:.0f}, {y:.0f}), {z:.0f} m up")
    if number > len(kept):
        labels.append(f"{number - len(kept)} other cameras")
    of_image, arrangement = renumber[group], case.arrangement
    groups = (of_image[arrangement.det_image], of_image[arrangement.gt_image])
    return Attribute("camera", tuple(labels), *groups, np.bincount(of_image, minlength=len(labels)))


def group_rows(
    attribute: Attribute, matched: MatchedCase, matched_boxes: MatchedCase | None, operating: OperatingPoint
) -> list[GroupRow]:
    """The rows of all groups that have people.

    Args:
        attribute: groups of the D detections and G people.
        matched: their matches.
        matched_boxes: those with the bottom of the box as position, if there are boxes.
        operating: the detections over the score threshold.
    """
    rows = []
    for number, label in enumerate(attribute.labels):
        inside = (attribute.det_group == number, attribute.gt_group == number)
        if inside[1].any():
            images = int(attribute.images[number])
            rows.append(_row(label, images, inside, matched, matched_boxes, operating))
    return rows


def _row(
    label: str,
    images: int,
    inside: tuple[np.ndarray, np.ndarray],
    matched: MatchedCase,
    matched_boxes: MatchedCase | None,
    operating: OperatingPoint,
) -> GroupRow:
    (det_inside, gt_inside), match = inside, matched.matches[0]
    people, person = int(gt_inside.sum()), operating.pairing.person
    found = (person >= 0) & gt_inside[person]
    errors = operating.offsets_m[found]
    belongs = np.where(match >= 0, gt_inside[match], det_inside)
    part = (matched.case.arrangement.det_score[belongs], match[belongs] >= 0, people)
    own = best_threshold(threshold_curve(*part))
    boxes = float("nan") if matched_boxes is None else group_average_precision(matched_boxes, det_inside, gt_inside)
    return GroupRow(
        label=label,
        people=people,
        average_precision=group_average_precision(matched, det_inside, gt_inside),
        box_average_precision=boxes,
        missed=1 - int(found.sum()) / people,
        false_per_image=int((operating.wrong & det_inside).sum()) / images,
        error_m=median(np.hypot(*errors.T)),
        along_m=median(errors[:, 0]),
        f1=at_threshold(*part, operating.threshold)[2],
        own_threshold=own,
        own_f1=at_threshold(*part, own)[2],
    )
