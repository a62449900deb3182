"""A small data set in the official layout: blurred noise for images, a real camera's pose, exact labels."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmsynloc.structures import Camera

# The pose of a camera of the official set, whose sign is negative. The lens r_img = f * arctan(r) has an exact inverse.
CAMERA_MATRIX = [
    [0.5348997712135315, 0.8302659392356873, -0.15665486454963684, 25.001571655273438],
    [0.39370715618133545, -0.08087719231843948, 0.9156709909439087, 9.553961753845215],
    [-0.7475807070732117, 0.5514683723449707, 0.3701429069042206, -36.85573959350586],
]
FOCAL = 0.68


def image_entry(image_id: int, **changes) -> dict:
    entry = {"id": image_id, "file_name": f"{image_id:06d}.jpg", "width": 3840, "height": 2160}
    entry |= {"camera_matrix": CAMERA_MATRIX, "dist_poly": [FOCAL, 0.0], "undist_poly": [1 / FOCAL, 0.0]}
    return entry | changes


def _people(rng: np.random.Generator, count: int) -> list[dict]:
    camera = Camera.from_image_info(image_entry(0))
    ground = rng.uniform([-30, -45], [20, 10], (20 * count, 2))
    pelvis = np.column_stack([ground, np.full(len(ground), 0.95)])
    foot_px, pelvis_px = camera.pitch_to_pixel(ground).points, camera.pitch_to_pixel(pelvis).points
    inside = ((foot_px > 100) & (foot_px < [3740, 2060])).all(-1)
    people = []
    for position, foot, hip in list(zip(ground[inside], foot_px[inside], pelvis_px[inside]))[:count]:
        width, height = 20, 2 * float(foot[1] - hip[1])
        box = [float(foot[0]) - width / 2, float(foot[1]) - height, width, height]  # its bottom centre is the foot
        keypoints = [[*hip.tolist(), 1], [*foot.tolist(), 1]]
        people.append({"bbox": box, "area": 600, "keypoints": keypoints, "position_on_pitch": position.tolist()})
    assert len(people) == count
    return people


def noise_image(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    coarse = rng.integers(0, 255, (size[1] // 12 + 2, size[0] // 12 + 2, 3), dtype=np.uint8)
    return cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)


def _make(root: Path, size: tuple[int, int] = (384, 216), people: int = 20, **counts: int) -> Path:
    rng = np.random.default_rng(7)
    (root / "annotations").mkdir(parents=True, exist_ok=True)
    for split, count in (counts or {"train": 3, "val": 2}).items():
        (root / split).mkdir(exist_ok=True)
        images, annotations = [image_entry(i) for i in range(count)], []
        for i in range(count):
            cv2.imwrite(str(root / split / f"{i:06d}.jpg"), noise_image(rng, size))
            for person in _people(rng, people):
                annotations.append({"id": len(annotations), "image_id": i, "category_id": 1} | person)
        content = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "person"}]}
        if split == "challenge":
            del content["annotations"]
        name = "challenge_public" if split == "challenge" else split
        (root / "annotations" / f"{name}.json").write_text(json.dumps(content))
    return root


@pytest.fixture
def make_dataset() -> Callable[..., Path]:
    """``make_dataset(root, size=(w, h), people=20, train=3, val=2)`` writes a data set and returns its root."""
    return _make
