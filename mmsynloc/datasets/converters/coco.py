"""To standard COCO keypoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.datasets.annotations import load_frames
from mmsynloc.structures import scale_points_px
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
    coco = to_coco(list(load_frames(ann_file)), image_size)
    dump_json(coco, out_file)
    return len(coco["annotations"])


def to_coco(frames: list[dict], image_size: tuple[int, int] | None = None) -> dict[str, Any]:
    """Standard COCO from parsed frames (:func:`~mmsynloc.datasets.annotations.load_frames`).

    Keypoints are flat triplets; those outside the frame are labelled but not visible (1), the others visible (2).
    Annotation ids start at 1, for pycocotools takes 0 for "no match"; image ids stay. Cameras and positions are
    kept as additional keys.
    """
    shift = int(any((frame["id"] == 0).any() for frame in frames))
    images, annotations = [], []
    for frame in frames:
        width, height = size = image_size or frame["annotated_size"]
        scale = _scale(frame, size)
        camera = {name: array.tolist() for name, array in frame["camera"].items()}
        image = {"id": frame["img_id"], "file_name": frame["file_name"], "width": width, "height": height}
        images.append(image | camera)
        for i, annotation_id in enumerate(frame["id"]):
            head = {"id": int(annotation_id) + shift, "image_id": frame["img_id"], "category_id": 1, "iscrowd": 0}
            annotations.append(head | _person(frame, i, size, scale))
    info = {"description": "Spiideo SoccerNet SynLoc as COCO keypoints", "version": "1.0"}
    parts = {"images": images, "annotations": annotations, "categories": [_CATEGORY]}
    return {"info": info, "licenses": []} | parts


def _scale(frame: dict, size: tuple[int, int]) -> np.ndarray:
    annotated = frame["annotated_size"]
    if size[0] * annotated[1] != size[1] * annotated[0]:
        ratio = f"{size[0]}x{size[1]} has another aspect ratio than the annotated {annotated[0]}x{annotated[1]}"
        raise UserError(f"{frame['file_name']}: {ratio}")
    return np.array(size) / np.array(annotated)


def _person(frame: dict, index: int, size: tuple[int, int], scale: np.ndarray) -> dict[str, Any]:
    points = scale_points_px(frame["keypoints"][index].astype(float), scale)
    inside = ((points >= -0.5) & (points < np.array(size) - 0.5)).all(-1)
    flags = np.where(inside, _VISIBLE, _HIDDEN) * (frame["keypoints_visible"][index] > 0)
    corners = frame["bbox"][index].astype(float).reshape(2, 2) * scale
    return {
        "bbox": np.concatenate([corners[0], corners[1] - corners[0]]).round(4).tolist(),
        "area": round(float(frame["area"][index]) * float(scale.prod()), 4),
        "keypoints": [v for p, flag in zip(points.round(4).tolist(), flags.tolist()) for v in (*p, int(flag))],
        "num_keypoints": int((flags > 0).sum()),
        "position_on_pitch": frame["position_on_pitch"][index].tolist(),
    }
