"""Looks into a submission zip and says in words what is wrong with it."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mmsynloc.apis.submission import METADATA_NAME, RESULTS_NAME
from mmsynloc.utils import UserError, load_json

__all__ = ["SubmissionReport", "check_submission"]

MAX_UNPACKED_BYTES = 4 << 30  # the test split's results are below 1 GB; more is a mistake or a trap
MAX_DETECTIONS = 100  # per image; the evaluation looks at no more
MOST_PEOPLE = 28  # in any annotated frame
_NAMED = 3  # entries that a problem names, of all that have it


class SubmissionReport(NamedTuple):
    """What a check found.

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
        UserError: a file is missing, or the zip or the annotation file cannot be read at all.
    """
    images = _images(ann_file)
    contents, problems = _open(path)
    warnings: list[str] = []
    metadata, results = contents.get(METADATA_NAME), contents.get(RESULTS_NAME)
    keypoint_index, threshold = 1, None
    if metadata is not None:
        keypoint_index, threshold = _check_metadata(metadata, problems)
    counts = {"images": len(images), "detections": 0, "over threshold": 0}
    if results is not None and not isinstance(results, list):
        problems.append(f"{RESULTS_NAME}: is not a list of detections")
    elif results is not None:
        counts["detections"] = len(results)
        good = _check_entries(results, images, keypoint_index, problems)
        counts["over threshold"] = sum(1 for e in good if threshold is not None and e["score"] >= threshold)
        warnings += _plausibility(good, images, keypoint_index, threshold, counts)
    return SubmissionReport(problems, warnings, counts)


def _images(ann_file: str | Path) -> dict[int, tuple[int, int]]:
    data = load_json(ann_file)
    try:
        return {image["id"]: (image["width"], image["height"]) for image in data["images"]}
    except (KeyError, TypeError):
        raise UserError(f"{ann_file}: not a SynLoc annotation file (images with id, width, height)") from None


def _open(path: str | Path) -> tuple[dict[str, Any], list[str]]:
    if not Path(path).is_file():
        raise UserError(f"{path}: no such file")
    contents, problems = {}, []
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            for name in (RESULTS_NAME, METADATA_NAME):
                if name not in names:
                    inside = [n for n in names if n.endswith(f"/{name}")]
                    hint = f"; it is in a folder ({inside[0]})" if inside else ""
                    problems.append(f"{name} is missing at the zip's top level{hint}")
                    continue
                if archive.getinfo(name).file_size > MAX_UNPACKED_BYTES:
                    problems.append(f"{name}: is {archive.getinfo(name).file_size >> 20} MiB unpacked")
                    continue
                try:
                    contents[name] = json.loads(archive.read(name))
                except (json.JSONDecodeError, UnicodeDecodeError) as error:
                    problems.append(f"{name}: is not valid JSON: {error}")
            extra = sorted(set(names) - {RESULTS_NAME, METADATA_NAME})
            if extra:
                problems.append(f"the zip holds other files: {', '.join(extra[:_NAMED])}")
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise UserError(f"{path}: cannot be read as a zip: {error}") from None
    return contents, problems


def _check_metadata(metadata: Any, problems: list[str]) -> tuple[int, float | None]:
    """The keypoint index and the threshold, as far as they are usable."""
    if not isinstance(metadata, Mapping):
        problems.append(f"{METADATA_NAME}: is not an object")
        return 1, None
    threshold, index = metadata.get("score_threshold"), metadata.get("position_from_keypoint_index")
    if not _is_number(threshold):
        problems.append(f"{METADATA_NAME}: score_threshold is {threshold!r}, not a finite number")
        threshold = None
    if isinstance(index, bool) or not isinstance(index, int) or index < 0:
        problems.append(f"{METADATA_NAME}: position_from_keypoint_index is {index!r}, not an integer from 0")
        index = 1
    elif index != 1:
        problems.append(f"{METADATA_NAME}: position_from_keypoint_index is {index}; pelvis_ground is keypoint 1")
    return index, threshold


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _entry_problem(entry: Any, images: Mapping[int, Any], keypoint_index: int) -> str | None:
    """What is wrong with one detection, or None."""
    if not isinstance(entry, Mapping):
        return "is not an object"
    for key in ("image_id", "category_id", "score", "keypoints"):
        if key not in entry:
            return f"has no {key}"
    if not isinstance(entry["image_id"], int) or entry["image_id"] not in images:
        return "has an image_id that the split does not have"
    if entry["category_id"] != 1:
        return "has a category_id other than 1"
    if not _is_number(entry["score"]):
        return "has a score that is not a finite number"
    try:
        keypoints = np.asarray(entry["keypoints"], dtype=float).reshape(-1, 3)
    except (TypeError, ValueError):
        return "has keypoints that are not triplets x, y, score"
    if len(keypoints) <= keypoint_index:
        return f"has no keypoint {keypoint_index}"
    if not np.isfinite(keypoints).all():
        return "has keypoints that are not finite"
    if "bbox" in entry:
        try:
            box = np.asarray(entry["bbox"], dtype=float).reshape(4)
        except (TypeError, ValueError):
            return "has a bbox that is not x, y, width, height"
        if not np.isfinite(box).all() or (box[2:] < 0).any():
            return "has a bbox that is not finite or has a negative size"
    return None


def _check_entries(
    results: list[Any], images: Mapping[int, Any], keypoint_index: int, problems: list[str]
) -> list[dict]:
    """Add a problem for each kind of wrong entry; returns the right ones."""
    wrong: dict[str, list[int]] = {}
    good = []
    for i, entry in enumerate(results):
        problem = _entry_problem(entry, images, keypoint_index)
        if problem is None:
            good.append(entry)
        else:
            wrong.setdefault(problem, []).append(i)
    for problem, entries in wrong.items():
        where = ", ".join(map(str, entries[:_NAMED])) + (", ..." if len(entries) > _NAMED else "")
        problems.append(
            f"{RESULTS_NAME}: {len(entries)} of {len(results)} detections: each {problem} (entries {where})"
        )
    return good


def _plausibility(
    entries: list[dict],
    images: Mapping[int, tuple[int, int]],
    keypoint_index: int,
    threshold: float | None,
    counts: Mapping[str, int],
) -> list[str]:
    """What is allowed, but is probably not meant."""
    if not entries:
        return ["there is no detection that could be scored"]
    warnings = []
    ids, per_image = np.unique([e["image_id"] for e in entries], return_counts=True)
    if len(ids) < len(images):
        warnings.append(f"{len(images) - len(ids)} of {len(images)} images have no detection")
    if per_image.max() > MAX_DETECTIONS:
        warnings.append(
            f"{(per_image > MAX_DETECTIONS).sum()} images have over {MAX_DETECTIONS} detections; no more count"
        )
    scores = np.array([e["score"] for e in entries])
    if threshold is not None:
        mean = counts["over threshold"] / len(images)
        if mean < 1 or mean > MOST_PEOPLE:
            warnings.append(
                f"{mean:.1f} detections an image reach the threshold {threshold:.4f}; frames have 1 to {MOST_PEOPLE}"
            )
        if scores.min() >= threshold:
            warnings.append("every detection reaches the threshold: filtered results lose mAP, send all of them")
    size = np.array([images[e["image_id"]] for e in entries], dtype=float)
    points = np.array([np.reshape(e["keypoints"], (-1, 3))[keypoint_index, :2] for e in entries]) / size
    if len(points) >= 20 and (points < 0.55).all():
        width, height = size[0].astype(int)
        warnings.append(
            f"all positions lie in the upper left quarter of the {width} x {height} frames: are they Full HD pixels? "
            "They must be in annotated pixels"
        )
    if ((points < -1) | (points > 2)).any():
        warnings.append("some positions lie more than a whole frame outside their frame")
    return warnings
