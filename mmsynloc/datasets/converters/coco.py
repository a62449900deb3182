"""To standard COCO keypoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.datasets.data_infos import require_frames, require_labels
from mmsynloc.files import Annotations, read_annotations
from mmsynloc.structures import scale_points_px
from mmsynloc.structures.image_shape import same_shape
from mmsynloc.utils import UserError, dump_json

__all__ = ["export_coco", "to_coco"]

_CATEGORY = {
    "id": 1,
    "name": "person",
    "supercategory": "person",
    "keypoints": ["pelvis", "pelvis_ground"],
    "skeleton": [[1, 2]],
}
_VISIBLE, _HIDDEN = 2, 1


def export_coco(ann_file: Path, out_file: Path, image_size: tuple[int, int] | None = None) -> int:
    """Write a SynLoc annotation file as standard COCO keypoints.

    Args:
        ann_file: a SynLoc annotation file.
        out_file: what to write.
        image_size: ``(width, height)`` of the image files, for tools that do not scale labels on loading; None keeps
            the annotated pixels.

    Returns:
        The number of annotations.

    Raises:
        UserError: the file is broken, or the size has another aspect ratio.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # such numbers are refused below
        coco = to_coco(read_annotations(ann_file), image_size)
    try:
        dump_json(coco, out_file)
    except ValueError:  # not finite
        raise UserError(f"{ann_file}: its numbers are too large to be scaled") from None
    return len(coco["annotations"])


def to_coco(annotations: Annotations, image_size: tuple[int, int] | None = None) -> dict[str, Any]:
    """Standard COCO from an annotation file.

    Keypoints are flat triplets; those outside the frame are labelled but not visible (1), the others visible (2).
    Annotation ids start at 1, for pycocotools takes 0 for "no match"; image ids stay, and sub-folders in file names.
    Cameras and positions are kept as additional keys.

    Raises:
        UserError: images or people lack something, or the size has another aspect ratio.
    """
    require_frames(annotations)
    sizes = annotations.image_sizes if image_size is None else np.tile(image_size, (len(annotations), 1))
    _require_shape(annotations, sizes)
    info = {"description": "Spiideo SoccerNet SynLoc as COCO keypoints", "version": "1.0"}
    parts = {"images": _images(annotations, sizes), "annotations": _people(annotations, sizes)}
    return {"info": info, "licenses": []} | parts | {"categories": [_CATEGORY]}


def _images(annotations: Annotations, sizes: np.ndarray) -> list[dict[str, Any]]:
    columns = {
        "id": annotations.image_ids.tolist(),
        "file_name": annotations.file_names,
        "width": sizes[:, 0].tolist(),
        "height": sizes[:, 1].tolist(),
        "camera_matrix": annotations.camera_matrices.tolist(),
        "dist_poly": annotations.dist_polys.tolist(),
        "undist_poly": annotations.undist_polys.tolist(),
    }
    return _rows(columns)


def _people(annotations: Annotations, sizes: np.ndarray) -> list[dict[str, Any]]:
    people = annotations.people
    if people is None or not len(people):
        return []
    size, scale = sizes[people.image], (sizes / annotations.image_sizes)[people.image]
    boxes, keypoints = require_labels(annotations)
    points = scale_points_px(keypoints[..., :2], scale[:, None])
    inside = ((points >= -0.5) & (points < size[:, None] - 0.5)).all(-1)
    flags = np.where(inside, _VISIBLE, _HIDDEN) * (keypoints[..., 2] > 0)
    shift = int((people.ids == 0).any())
    columns = {
        "id": (people.ids + shift).tolist(),
        "image_id": annotations.image_ids[people.image].tolist(),
        "category_id": [1] * len(people),
        "iscrowd": [0] * len(people),
        "bbox": (boxes * np.tile(scale, 2)).round(4).tolist(),
        "area": (people.areas_px2 * scale.prod(1)).round(4).tolist(),
        "keypoints": [_triplets(*pair) for pair in zip(points.round(4).tolist(), flags.tolist())],
        "num_keypoints": (flags > 0).sum(1).tolist(),
        "position_on_pitch": people.positions_pitch_m.tolist(),
    }
    return _rows(columns)


def _require_shape(annotations: Annotations, sizes: np.ndarray) -> None:
    annotated = annotations.image_sizes
    wrong = [i for i, size in enumerate(sizes) if not same_shape(size, annotated[i])]
    if wrong:
        (w, h), (aw, ah) = sizes[wrong[0]], annotated[wrong[0]]
        name = annotations.file_names[wrong[0]]
        raise UserError(f"{annotations.path}: {name}: {w}x{h} has another aspect ratio than the annotated {aw}x{ah}")


def _triplets(points: list[list[float]], flags: list[int]) -> list[float]:
    return [value for point, flag in zip(points, flags) for value in (*point, flag)]


def _rows(columns: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(columns, values)) for values in zip(*columns.values())]
