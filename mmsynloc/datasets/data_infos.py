"""From an annotation file to MMPose's data infos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.datasets.pelvis_keypoints import NUM_KEYPOINTS, select_pelvis_keypoints
from mmsynloc.files import Annotations, Detections
from mmsynloc.structures.boxes import to_xyxy
from mmsynloc.utils import UserError

__all__ = ["make_data_infos", "replace_people", "require_frames", "require_labels"]


def require_labels(annotations: Annotations) -> tuple[np.ndarray, np.ndarray]:
    """The boxes (G, 4) xywh and the keypoints (G, 2, 3) of the people, which the models learn.

    Raises:
        UserError: people have no boxes, or not the keypoints of :func:`select_pelvis_keypoints`.
    """
    people = annotations.people
    if people is None or not len(people):
        return np.zeros((0, 4)), np.zeros((0, NUM_KEYPOINTS, 3))
    if people.boxes_xywh is None:
        raise UserError(f"{annotations.path}: the annotations have no bbox")
    return people.boxes_xywh, select_pelvis_keypoints(annotations)


def require_frames(annotations: Annotations) -> None:
    """Make sure that the images have files, sizes and cameras, and the people the labels that the models learn.

    Raises:
        UserError: something is not there.
    """
    for name in ("file_names", "image_sizes", "camera_matrices", "dist_polys", "undist_polys"):
        getattr(annotations, name)
    require_labels(annotations)


def make_data_infos(annotations: Annotations, folder: Path, sample_interval: int = 1) -> list[dict[str, Any]]:
    """The images of an annotation file as MMPose's data infos.

    Args:
        annotations: the file.
        folder: of the split's images.
        sample_interval: take the images whose id is a multiple of it.

    Returns:
        For each image ``img_id, img_path, annotated_size (w, h), camera`` (dict of float64 arrays), ``id (N,) int64``,
        ``bbox (N, 4)`` xyxy px, clipped to the frame, ``keypoints (N, 2, 2)`` px, ``keypoints_visible (N, 2)``,
        ``area (N,)`` px², ``position_on_pitch (N, 2)`` m and what else MMPose expects; float32.

    Raises:
        UserError: as for :func:`require_frames`.
    """
    require_frames(annotations)
    people = _columns(annotations)
    infos = []
    for row, image_id in enumerate(annotations.image_ids.tolist()):
        if image_id % sample_interval:
            continue
        of_image = annotations.people_rows[row]
        size = tuple(annotations.image_sizes[row].tolist())
        info = {name: column[of_image] for name, column in people.items()}
        info["bbox"] = np.clip(info["bbox"], 0, np.array(size * 2, np.float32))
        info["img_id"] = image_id
        info["img_path"] = str(folder / annotations.file_names[row])
        info["annotated_size"] = size
        info["camera"] = dict(
            camera_matrix=annotations.camera_matrices[row],
            dist_poly=annotations.dist_polys[row],
            undist_poly=annotations.undist_polys[row],
        )
        infos.append(info)
    return infos


def replace_people(infos: list[dict[str, Any]], detections: Detections) -> list[dict[str, Any]]:
    """The same images with detected people in the place of the annotated ones.

    Args:
        infos: as :func:`make_data_infos` gives them.
        detections: with boxes; those of other images are passed over.

    Returns:
        Data infos whose people have the boxes, clipped to the frame, and their ``bbox_score``; their other labels mean
        nothing.

    Raises:
        UserError: the detections have no boxes.
    """
    if len(detections) and detections.boxes_xywh is None:
        raise UserError(f"{detections.path}: the detections have no bbox")
    order = np.argsort(detections.image_ids, kind="stable")
    sorted_ids = detections.image_ids[order]
    replaced = []
    for info in infos:
        first, last = np.searchsorted(sorted_ids, [info["img_id"], info["img_id"] + 1])
        replaced.append({**info, **_detected_people(detections[order[first:last]], info["annotated_size"])})
    return replaced


def _detected_people(found: Detections, size: tuple[int, int]) -> dict[str, np.ndarray]:
    boxes = np.zeros((0, 4)) if found.boxes_xywh is None else found.boxes_xywh
    count = len(found)
    return dict(
        id=np.arange(count),
        bbox=np.clip(to_xyxy(boxes), 0, np.array(size * 2)).astype(np.float32),
        bbox_score=found.scores.astype(np.float32),
        keypoints=np.zeros((count, NUM_KEYPOINTS, 2), np.float32),
        keypoints_visible=np.zeros((count, NUM_KEYPOINTS), np.float32),
        num_keypoints=np.zeros(count, np.int64),
        area=(boxes[:, 2] * boxes[:, 3]).astype(np.float32),
        position_on_pitch=np.zeros((count, 2), np.float32),
        category_id=np.ones(count, np.int64),
        iscrowd=np.zeros(count, np.int64),
    )


def _columns(annotations: Annotations) -> dict[str, np.ndarray]:
    """The columns of all G people by the names of MMPose's data infos."""
    people = annotations.people
    boxes, keypoints = require_labels(annotations)
    ids, areas, positions = np.zeros(0, np.int64), np.zeros(0), np.zeros((0, 2))
    if people is not None:
        ids, areas, positions = people.ids, people.areas_px2, people.positions_pitch_m
    visible = np.minimum(keypoints[..., 2], 1).astype(np.float32)
    count = len(ids)
    return dict(
        id=ids,
        bbox=to_xyxy(boxes).astype(np.float32),
        bbox_score=np.ones(count, np.float32),
        keypoints=keypoints[..., :2].astype(np.float32),
        keypoints_visible=visible,
        num_keypoints=np.count_nonzero(visible, axis=1),
        area=areas.astype(np.float32),
        position_on_pitch=positions.astype(np.float32),
        category_id=np.full(count, annotations.category_id, np.int64),
        iscrowd=np.zeros(count, np.int64),
    )
