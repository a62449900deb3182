"""Annotations and detections as the tables that the evaluation takes."""

from __future__ import annotations

import warnings

import numpy as np

from mmsynloc.evaluation.alarm import EvaluationWarning
from mmsynloc.evaluation.functional import (
    KEYPOINT_SUBSETS,
    NUM_BODY25,
    BodyDetectionTable,
    BodyTable,
    CameraTable,
    DetectionTable,
    PeopleTable,
    pixels_to_pitch,
)
from mmsynloc.files import Annotations, Detections, People
from mmsynloc.structures.boxes import bottom_centres
from mmsynloc.utils import UserError

__all__ = [
    "POSITION_SOURCES",
    "body_detection_table",
    "body_table",
    "camera_table",
    "detection_table",
    "people_table",
]

POSITION_SOURCES = ("keypoint", "position_on_pitch", "bbox")
"""Where a detection's position comes from: a keypoint, a pitch position, or the box's bottom centre."""


def people_table(annotations: Annotations) -> PeopleTable:
    """The ground truth of an annotation file.

    Raises:
        UserError: the file has no annotations, as that of the challenge split.
    """
    people = _people(annotations)
    return PeopleTable(people.image, people.positions_pitch_m, people.areas_px2, people.boxes_xywh)


def _people(annotations: Annotations) -> People:
    if annotations.people is None:
        raise UserError(f"{annotations.path}: has no annotations: a challenge split cannot be scored")
    return annotations.people


def body_table(annotations: Annotations, subset: str) -> BodyTable:
    """The 3D keypoints of an annotation file, of which those in a subset and with visibility 1 or 2 are labelled.

    Args:
        annotations: read with ``keypoints_3d=True``.
        subset: a name in :data:`~mmsynloc.evaluation.functional.KEYPOINT_SUBSETS`.

    Raises:
        UserError: the file has no annotations, or not the 25 keypoints and keypoints_3d of BODY_25.
    """
    if subset not in KEYPOINT_SUBSETS:
        raise UserError(f"keypoints_3d is {subset!r}, not one of {', '.join(KEYPOINT_SUBSETS)}")
    people = _people(annotations)
    if not len(people):
        return BodyTable(people.image, np.zeros((0, NUM_BODY25, 3)), np.zeros((0, NUM_BODY25), bool), people.areas_px2)
    points, flags = people.keypoints_3d_m, people.keypoints
    for name, column in (("keypoints_3d", points), ("keypoints", flags)):
        number = 0 if column is None else column.shape[1]
        if number != NUM_BODY25:
            raise UserError(
                f"{annotations.path}: people have {number} {name}, not the {NUM_BODY25} of BODY_25: take a "
                "person_keypoints_*.json file"
            )
    assert points is not None
    assert flags is not None
    chosen = np.isin(np.arange(NUM_BODY25), KEYPOINT_SUBSETS[subset])
    return BodyTable(people.image, points, (flags[..., 2] > 0) & chosen, people.areas_px2)


def body_detection_table(detections: Detections, annotations: Annotations) -> BodyDetectionTable:
    """Detections with their images and 3D keypoints.

    As in ``xtcocotools``, a detection whose 2D keypoints all have a score of 0 takes no part, beside those that
    :func:`detection_table` leaves out.

    Raises:
        UserError: the detections do not have the 25 keypoints_3d of BODY_25.
    """
    image = _images(detections, annotations)
    points = np.zeros((0, NUM_BODY25, 3))
    if len(detections):
        number = 0 if detections.keypoints_3d_m is None else detections.keypoints_3d_m.shape[1]
        if detections.keypoints_3d_m is None or number != NUM_BODY25:
            raise UserError(f"{detections.path}: the detections have {number} keypoints_3d, not {NUM_BODY25}")
        points = detections.keypoints_3d_m
    if detections.keypoints is not None and len(detections):
        image = np.where((detections.keypoints[..., 2] > 0).any(axis=1), image, -1)
    areas = _areas_px2(detections)
    if detections.boxes_xywh is None and detections.keypoints is None:
        areas = _projected_areas_px2(points, image, annotations)
    return BodyDetectionTable(image, detections.scores, points, areas)


def _projected_areas_px2(points_m: np.ndarray, image: np.ndarray, annotations: Annotations) -> np.ndarray:
    """Areas (D,) of the extent of 3D keypoints (D, K, 3) in the image.

    As in the development kit, a point behind the camera is seen where its ray through the camera's centre meets the
    image, as is the point mirrored at that centre.
    """
    areas = np.zeros(len(image))
    rows = np.flatnonzero(image >= 0)
    if not len(rows):
        return areas
    points, image = points_m[rows], image[rows]
    centres = annotations.camera(image).position_m[:, None]
    points_px, mirrored_px = (annotations.project(p, image) for p in (points, 2 * centres - points))
    extent = np.ptp(np.where(np.isnan(points_px), mirrored_px, points_px), axis=1)
    areas[rows] = np.nan_to_num(extent.prod(axis=1))
    return areas


def camera_table(annotations: Annotations) -> CameraTable:
    """The cameras of an annotation file."""
    return CameraTable(annotations.camera_matrices, annotations.undist_polys, annotations.image_sizes)


def detection_table(
    detections: Detections, annotations: Annotations, position_from: str = "keypoint", keypoint_index: int = 1
) -> tuple[DetectionTable, np.ndarray | None]:
    """Detections with their images and ground positions.

    Detections of another category, and of images that the annotation file does not have, take no part; a warning
    counts them.

    Args:
        detections: D detections.
        annotations: the annotation file that they are for.
        position_from: one of :data:`POSITION_SOURCES`.
        keypoint_index: the keypoint to take for ``"keypoint"``.

    Returns:
        The detections in their order, those that take no part with image -1, and the pixels (D, 2) of their positions,
        None for pitch positions.

    Raises:
        UserError: the detections do not have what the position is made of.
    """
    image = _images(detections, annotations)
    points_px = None
    if position_from == "position_on_pitch":
        positions = detections.positions_pitch_m
        if positions is None and len(detections):
            raise UserError(f"{detections.path}: the detections have no position_on_pitch")
    else:
        points_px = _points_px(detections, position_from, keypoint_index)
        positions = np.full((len(detections), 2), np.nan)
        taking_part = np.flatnonzero(image >= 0)
        cameras = camera_table(annotations)
        positions[taking_part] = pixels_to_pitch(points_px[taking_part], image[taking_part], cameras)
    positions = np.zeros((0, 2)) if positions is None else positions
    table = DetectionTable(image, detections.scores, positions, _areas_px2(detections), detections.boxes_xywh)
    return table, points_px


def _images(detections: Detections, annotations: Annotations) -> np.ndarray:
    """The image (D,) of each detection, -1 for one that takes no part, with a warning that counts them."""
    image = annotations.find_images(detections.image_ids)
    unknown, other = image < 0, detections.category_ids != annotations.category_id
    _warn_of(int(unknown.sum()), detections, f"images that are not in {annotations.path}")
    _warn_of(int((other & ~unknown).sum()), detections, f"categories other than {annotations.category_id}")
    return np.where(other, -1, image)


def _warn_of(number: int, detections: Detections, of_what: str) -> None:
    if number:
        text = f"{detections.path}: {number} of {len(detections)} detections are left out: of {of_what}"
        warnings.warn(text, EvaluationWarning, stacklevel=4)


def _points_px(detections: Detections, position_from: str, keypoint_index: int) -> np.ndarray:
    """The pixels (D, 2) that stand for the detections."""
    if not len(detections):
        return np.zeros((0, 2))
    if position_from == "bbox":
        boxes = detections.boxes_xywh
        if boxes is None:
            raise UserError(f"{detections.path}: the detections have no bbox")
        return bottom_centres(boxes)
    if position_from != "keypoint":
        raise UserError(f"position_from is {position_from!r}, not one of {', '.join(POSITION_SOURCES)}")
    if detections.keypoints is None:
        hint = "; their positions are in position_on_pitch" if detections.positions_pitch_m is not None else ""
        raise UserError(f"{detections.path}: the detections have no keypoints{hint}")
    number = detections.keypoints.shape[1]
    if not 0 <= keypoint_index < number:
        raise UserError(f"{detections.path}: keypoint {keypoint_index} is asked for, but detections have {number}")
    return detections.keypoints[:, keypoint_index, :2]


def _areas_px2(detections: Detections) -> np.ndarray:
    """Areas (D,) as ``xtcocotools`` has them: of the box, else of the keypoints' extent, else as given, else 0."""
    if detections.boxes_xywh is not None:
        return detections.boxes_xywh[:, 2] * detections.boxes_xywh[:, 3]
    if detections.keypoints is not None:
        return np.ptp(detections.keypoints[:, :, :2], axis=1).prod(axis=1)
    return np.zeros(len(detections)) if detections.areas_px2 is None else detections.areas_px2
