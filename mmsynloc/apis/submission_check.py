"""Checks a submission zip and describes its problems."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from mmsynloc.evaluation.functional import MAX_DETECTIONS
from mmsynloc.files import Annotations, Submission, read_annotations, read_submission
from mmsynloc.structures.half_size import lie_in_upper_left_quarter
from mmsynloc.utils import UserError

__all__ = ["SubmissionReport", "check_submission"]

MOST_PEOPLE = 28  # in any annotated frame
FARTHEST_M = (60.0, 80.0)  # well beyond the people of the official set, 41 m across and 59 m along
_NAMED = 3  # files that a warning names, of all that there are


class SubmissionReport(NamedTuple):
    """The result of a check.

    Attributes:
        problems: what makes the server refuse the submission or score it wrongly.
        warnings: what is allowed but looks like a mistake.
        counts: ``images``, ``detections``, ``over threshold``.
    """

    problems: list[str]
    warnings: list[str]
    counts: dict[str, int]


def check_submission(path: str | Path, ann_file: str | Path) -> SubmissionReport:
    """Validate a submission against the annotation file of its split.

    Nothing is unpacked to disk. ``ann_file`` needs no annotations (``challenge_public.json``).

    Raises:
        UserError: a file is missing, or the annotation file is wrong.
    """
    annotations = read_annotations(ann_file)
    counts = {"images": len(annotations), "detections": 0, "over threshold": 0}
    if not Path(path).is_file():
        raise UserError(f"{path}: {'a folder, not a file' if Path(path).is_dir() else 'no such file'}")
    try:
        submission = read_submission(path)
    except UserError as error:
        return SubmissionReport([str(error)], [], counts)
    counts["detections"] = len(submission.detections)
    counts["over threshold"] = int((submission.detections.scores >= submission.score_threshold).sum())
    problems = [*_left_out(submission, annotations), *_without_position(submission)]
    warnings = _plausibility(submission, annotations) if not problems else []
    return SubmissionReport(problems, warnings, counts)


def _left_out(submission: Submission, annotations: Annotations) -> list[str]:
    """Detections that the server refuses or passes over."""
    detections = submission.detections
    unknown = annotations.find_images(detections.image_ids) < 0
    other = detections.category_ids != annotations.category_id
    problems = []
    if unknown.any():
        where = f"images that are not in {annotations.path} (image_id {detections.image_ids[unknown][0]})"
        problems.append(f"{unknown.sum()} of {len(detections)} detections are of {where}: another split?")
    if other.any():
        what = f"category_id {detections.category_ids[other][0]}, not {annotations.category_id}"
        problems.append(f"{other.sum()} of {len(detections)} detections have {what}")
    return problems


def _without_position(submission: Submission) -> list[str]:
    detections, index = submission.detections, submission.keypoint_index
    if not len(detections):
        return []
    if index is None:
        if detections.positions_pitch_m is None:
            return ["the metadata have no position_from_keypoint_index and the detections no position_on_pitch"]
        return []
    number = 0 if detections.keypoints is None else detections.keypoints.shape[1]
    if not 0 <= index < number:
        return [f"position_from_keypoint_index is {index}, but the detections have {number} keypoints"]
    return []


def _plausibility(submission: Submission, annotations: Annotations) -> list[str]:
    """What is allowed, but is probably not meant."""
    detections, threshold = submission.detections, submission.score_threshold
    warnings = []
    if submission.other_members:
        names = ", ".join(submission.other_members[:_NAMED])
        warnings.append(f"the zip holds {len(submission.other_members)} other files, which nothing reads: {names}")
    if not len(detections):
        return [*warnings, "there is no detection that could be scored"]
    if submission.keypoint_index not in (None, 1):
        warnings.append(f"position_from_keypoint_index is {submission.keypoint_index}; pelvis_ground is keypoint 1")
    if detections.boxes_xywh is None and detections.keypoints is None:
        warnings.append("the detections have neither bbox nor keypoints, from which the server takes their areas")
    per_image = np.bincount(annotations.find_images(detections.image_ids), minlength=len(annotations))
    if not per_image.all():
        warnings.append(f"{(per_image == 0).sum()} of {len(annotations)} images have no detection")
    if per_image.max() > MAX_DETECTIONS:
        crowded = (per_image > MAX_DETECTIONS).sum()
        warnings.append(f"{crowded} images have over {MAX_DETECTIONS} detections; no more count")
    mean = (detections.scores >= threshold).sum() / len(annotations)
    if not 1 <= mean <= MOST_PEOPLE:
        warnings.append(
            f"{mean:.1f} detections an image reach the threshold {threshold:.4f}; frames have 1 to {MOST_PEOPLE}"
        )
    if detections.scores.min() >= threshold:
        warnings.append("every detection reaches the threshold: filtered results lose mAP, send all of them")
    return warnings + _odd_positions(submission, annotations)


def _odd_positions(submission: Submission, annotations: Annotations) -> list[str]:
    detections = submission.detections
    if submission.keypoint_index is None:
        assert detections.positions_pitch_m is not None, "a submission has one or the other"
        far = (np.abs(detections.positions_pitch_m) > FARTHEST_M).any(1)
        text = f"{far.sum()} positions lie far outside the pitch: metres from its centre, x across and y along?"
        return [text] if far.any() else []
    size = annotations.image_sizes[annotations.find_images(detections.image_ids)]
    assert detections.keypoints is not None, "a submission has one or the other"
    points_px = detections.keypoints[:, submission.keypoint_index, :2]
    warnings = []
    if lie_in_upper_left_quarter(points_px, size, at_least=20):
        width, height = size[0]
        warnings.append(
            f"nearly all positions lie in the upper left quarter of the {width} x {height} frames: are they Full HD "
            "pixels? They must be in annotated pixels"
        )
    if ((points_px < -size) | (points_px > 2 * size)).any():
        warnings.append("some positions lie more than a whole frame outside their frame")
    return warnings
