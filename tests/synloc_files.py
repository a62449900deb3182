"""Small SynLoc data sets for tests, written as the official ones are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mmsynloc.structures import Camera

ANNOTATED_SIZE = (640, 360)
# A camera 45 m beside the pitch and 12 m up that looks at its middle, with the overall sign of the real data.
_DOWN = np.arctan2(12.0, 45.0)
_ROTATION = np.array([[0.0, -1, 0], [-np.sin(_DOWN), 0, -np.cos(_DOWN)], [np.cos(_DOWN), 0, -np.sin(_DOWN)]])
_MATRIX = -np.column_stack([_ROTATION, -_ROTATION @ [-45.0, 0, 12.0]])
_DIST_POLY, _UNDIST_POLY = [0.7, 0.0], [1 / 0.7, 0.0]


def image_entry(image_id: int = 0, **changes: Any) -> dict:
    """An entry of ``images``."""
    entry = {
        "id": image_id,
        "file_name": f"{image_id:06d}.jpg",
        "width": ANNOTATED_SIZE[0],
        "height": ANNOTATED_SIZE[1],
        "camera_matrix": _MATRIX.tolist(),
        "dist_poly": _DIST_POLY,
        "undist_poly": _UNDIST_POLY,
    }
    return {k: v for k, v in {**entry, **changes}.items() if v is not None}


def camera() -> Camera:
    """The camera of every image here."""
    return Camera.from_image_info(image_entry())


def annotation(annotation_id: int, image_id: int, position_m: tuple[float, float], **changes: Any) -> dict:
    """An athlete 1.8 m tall who stands upright at a position."""
    x, y = position_m
    points = camera().pitch_to_pixel([[x, y, 0.9], [x, y, 0], [x, y, 1.8]]).points
    height = points[1, 1] - points[2, 1]
    entry = {
        "id": annotation_id,
        "image_id": image_id,
        "category_id": 1,
        "bbox": [points[1, 0] - height / 5, points[2, 1], height / 2.5, height],
        "area": height * height / 5,
        "position_on_pitch": [x, y],
        "keypoints": [[*points[0], 1], [*points[1], 1]],
        "keypoints_3d": [[x, y, 0.9, 1], [x, y, 0, 1]],
    }
    return {k: v for k, v in {**entry, **changes}.items() if v is not None}


def body_annotation(annotation_id: int, image_id: int, position_m: tuple[float, float], **changes: Any) -> dict:
    """An athlete with the 25 keypoints of BODY_25, a column of points 5 cm apart; MidHip is 0.9 m up."""
    x, y = position_m
    points = np.array([[x, y, 0.5 + 0.05 * joint] for joint in range(25)])
    keypoints = camera().pitch_to_pixel(points).points
    body = {
        "keypoints": [[u, v, 2] for u, v in keypoints.tolist()],
        "keypoints_3d": [[*point, 1] for point in points.tolist()],
    }
    return annotation(annotation_id, image_id, position_m, **{**body, **changes})


def write_annotations(path: Path, images: list[dict], annotations: list[dict] | None) -> Path:
    """Write an annotation file; ``None`` leaves the key out, as in the challenge split."""
    data = {"images": images, "categories": [{"id": 1, "name": "person"}]}
    if annotations is not None:
        data["annotations"] = annotations
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data))
    return path


def write_split(
    root: Path, split: str, positions_m: list[list[tuple[float, float]]], image_size: tuple[int, int] = ANNOTATED_SIZE
) -> Path:
    """Write images with a bright box for each athlete and their annotation file, which is returned."""
    images, annotations = [], []
    scale = np.array(image_size) / ANNOTATED_SIZE
    (root / split).mkdir(parents=True, exist_ok=True)
    for image_id, positions in enumerate(positions_m):
        picture = np.full((image_size[1], image_size[0], 3), (40, 110, 40), np.uint8)
        images.append(image_entry(image_id))
        for position in positions:
            person = annotation(len(annotations), image_id, position)
            x, y, w, h = np.array(person["bbox"]) * np.tile(scale, 2)
            cv2.rectangle(picture, (int(x), int(y)), (int(x + w), int(y + h)), (60, 60, 220), -1)
            annotations.append(person)
        cv2.imwrite(str(root / split / images[-1]["file_name"]), picture)
    name = "challenge_public" if split == "challenge" else split
    return write_annotations(
        root / "annotations" / f"{name}.json", images, None if split == "challenge" else annotations
    )
