"""Reading SynLoc annotation files: JSON in, arrays per image out, with errors that name the entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.structures import Camera
from mmsynloc.utils import UserError, load_json

__all__ = ["NUM_KEYPOINTS", "load_frames"]

NUM_KEYPOINTS = 2  # pelvis, pelvis_ground


def load_frames(ann_file: str | Path) -> Iterator[dict[str, Any]]:
    """Parse an annotation file of the official layout, one image after the other.

    N is the number of annotated people of the image; it is 0 for all images of a file without annotations (the
    challenge split). Boxes are not clipped here and keypoints never are.

    Args:
        ann_file: a SynLoc JSON file.

    Yields:
        For each image ``img_id, file_name, annotated_size (w, h), camera`` (dict of float64 arrays),
        ``id (N,) int64, bbox (N, 4) xyxy px, keypoints (N, 2, 2) px, keypoints_visible (N, 2), area (N,) px²,
        category_id (N,), position_on_pitch (N, 2) m``; all float arrays but the camera are float32.

    Raises:
        UserError: the file is missing or broken, or an entry has missing or wrong values (named by its id).
    """
    data = load_json(ann_file)
    if not isinstance(data, Mapping) or not isinstance(data.get("images"), list):
        raise UserError(f"{ann_file}: not a SynLoc annotation file: it has no list `images`")
    by_image: dict[int, list[dict]] = defaultdict(list)
    for i, annotation in enumerate(data.get("annotations", [])):
        if not isinstance(annotation, Mapping) or "image_id" not in annotation:
            raise UserError(f"{ann_file}: annotations[{i}]: image_id is missing")
        by_image[annotation["image_id"]].append(annotation)
    seen: set[int] = set()
    for i, image in enumerate(data["images"]):
        frame = _parse_image(image, f"{ann_file}: images[{i}]")
        if frame["img_id"] in seen:
            raise UserError(f"{ann_file}: images[{i}]: the id {frame['img_id']} is there twice")
        seen.add(frame["img_id"])
        frame.update(_parse_annotations(by_image.pop(frame["img_id"], []), ann_file))
        yield frame
    if by_image:
        image_id, annotations = next(iter(by_image.items()))
        entry = f"annotation {annotations[0].get('id')}"
        raise UserError(f"{ann_file}: {entry}: image_id {image_id} is not among the images")


def _parse_image(image: Mapping[str, Any], entry: str) -> dict[str, Any]:
    if not isinstance(image, Mapping):
        raise UserError(f"{entry}: not an object")
    for key in ("id", "file_name"):
        if key not in image:
            raise UserError(f"{entry}: {key} is missing")
    try:
        camera = Camera.from_image_info(image)
    except ValueError as error:
        raise UserError(f"{entry} (id {image['id']}): {error}") from None
    return dict(
        img_id=image["id"],
        file_name=image["file_name"],
        annotated_size=camera.image_size,
        camera=dict(camera_matrix=camera.camera_matrix, dist_poly=camera.dist_poly, undist_poly=camera.undist_poly),
    )


_FIELDS = {
    "bbox": (4,),
    "area": (),
    "keypoints": (NUM_KEYPOINTS, 3),
    "position_on_pitch": (2,),
}


def _parse_annotations(annotations: list[dict], ann_file: str | Path) -> dict[str, np.ndarray]:
    arrays = {name: _stack(annotations, name, shape, ann_file) for name, shape in _FIELDS.items()}
    boxes_xywh, keypoints = arrays["bbox"], arrays["keypoints"]
    return dict(
        id=np.array([a.get("id", -1) for a in annotations], dtype=np.int64),
        bbox=np.concatenate([boxes_xywh[:, :2], boxes_xywh[:, :2] + boxes_xywh[:, 2:]], axis=1),
        keypoints=keypoints[..., :2].copy(),
        keypoints_visible=np.minimum(keypoints[..., 2], 1),
        area=arrays["area"],
        category_id=np.array([a.get("category_id", 1) for a in annotations], dtype=np.int64),
        position_on_pitch=arrays["position_on_pitch"],
    )


def _stack(annotations: list[dict], name: str, shape: tuple[int, ...], ann_file: str | Path) -> np.ndarray:
    """One field of all people of an image, (N, *shape); a flat list of keypoints is understood too."""
    try:
        stacked = np.array([a[name] for a in annotations], dtype=np.float32)
        stacked = stacked.reshape(len(annotations), *shape)
        if np.isfinite(stacked).all():
            return stacked
    except (KeyError, TypeError, ValueError):
        pass
    for annotation in annotations:  # something is wrong: find out with whom
        entry = f"{ann_file}: annotation {annotation.get('id')} of image {annotation['image_id']}"
        if name not in annotation:
            raise UserError(f"{entry}: {name} is missing")
        try:
            value = np.array(annotation[name], dtype=np.float32)
            value = value.reshape(shape)
        except (TypeError, ValueError):
            text = "a number" if shape == () else f"{' x '.join(map(str, shape))} numbers"
            raise UserError(f"{entry}: {name} is not {text}") from None
        if not np.isfinite(value).all():
            raise UserError(f"{entry}: {name} is not finite")
    raise AssertionError("unreachable: each annotation alone is well formed")
