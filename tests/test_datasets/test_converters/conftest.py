"""A hand-made data set whose converted numbers can be computed by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

WIDTH, HEIGHT = 3840, 2160


@pytest.fixture
def root(tmp_path) -> Path:
    """Two train images; the first has one person inside and one partly outside the frame, the second has no people."""
    camera = {"camera_matrix": [[1, 0, 0, 0], [0, -1, 0, 0], [0, 0, -1, 10]]}
    camera |= {"dist_poly": [1.0, 0.0], "undist_poly": [1.0, 0.0]}
    images = [{"id": i, "file_name": f"{i:06d}.jpg", "width": WIDTH, "height": HEIGHT} | camera for i in range(2)]
    people = [
        {"bbox": [960, 540, 192, 216], "keypoints": [[1055.5, 647.5, 1], [1049.5, 749.5, 1]], "area": 800},
        {"bbox": [3800, 1080, 80, 108], "keypoints": [[3839.5, 1133.5, 1], [3850.0, 1190.0, 1]], "area": 400},
    ]
    annotations = [
        {"id": i, "image_id": 0, "category_id": 1, "position_on_pitch": [1.5, -2.5]} | person
        for i, person in enumerate(people)
    ]
    data = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "person"}]}
    root = tmp_path / "data"
    (root / "annotations").mkdir(parents=True)
    (root / "annotations" / "train.json").write_text(json.dumps(data))
    (root / "annotations" / "challenge_public.json").write_text(json.dumps({"images": images, "categories": []}))
    for split in ("train", "challenge"):
        (root / split).mkdir()
        for i in range(2):
            (root / split / f"{i:06d}.jpg").write_bytes(b"an image")
    return root
