"""Crops to train the second stage: what they show is where their labels say."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmpose.registry import TRANSFORMS

from mmsynloc.codecs import attach_ground_metric
from mmsynloc.structures import Camera
from tests.synloc_files import camera

from .blobs import BACKGROUND, FRAME, SIGMA

PLAIN = dict(type="SynLocAthleteCrops", size=(192, 256), photometric=None, hide_prob=0.0, empty_share=0.0)


def _camera_at_4k() -> Camera:
    return camera().resized(FRAME)


def _info(info: dict) -> dict:
    """A data info of blobs with a camera and the ground metric."""
    one = _camera_at_4k()
    info = dict(info, img_id=3, camera={k: getattr(one, k) for k in ("camera_matrix", "dist_poly", "undist_poly")})
    attach_ground_metric(info, one)
    return info


@pytest.mark.parametrize("name", ["4k", "fullhd", "copy"])
@pytest.mark.parametrize("height_m", [None, 2.5])
def test_athlete_crops__labels_are_where_the_blobs_are(blob_datasets, name: str, height_m: float | None) -> None:
    crop = TRANSFORMS.build(dict(PLAIN, crops_per_image=12, height_m=height_m, padding=3.0, scale_range=(1.0, 1.3)))
    errors = []
    for index in range(3):
        results = crop(dict(_info(blob_datasets[name].get_data_info(index)), dataset=blob_datasets[name]))
        for image, points, visible in zip(results["crops"], results["crop_keypoints"], results["crop_visible"]):
            if not visible[1] or min(*points[1], *(np.array([191, 255]) - points[1])) < 70:
                continue
            weight = np.clip(image.max(2).astype(float) - BACKGROUND - 3, 0, None)
            weight[image.max(2) == 114] = 0  # beyond the frame
            y, x = np.mgrid[:256, :192]
            near = (x - points[1, 0]) ** 2 + (y - points[1, 1]) ** 2 < 60**2
            weight = weight * near
            seen = np.array([(weight * x).sum(), (weight * y).sum()]) / weight.sum()
            errors.append(np.linalg.norm(seen - points[1]))
    assert len(errors) >= 5
    assert np.mean(errors) < 0.05 * 256 / (6 * SIGMA)  # 0.05 px at the frame's scale
    assert np.max(errors) < 0.5


def test_athlete_crops__metric_is_the_cameras_through_the_crop(blob_datasets) -> None:
    info = _info(blob_datasets["fullhd"].get_data_info(0))
    crop = TRANSFORMS.build(
        dict(
            PLAIN,
            crops_per_image=15,
            scale_range=(1.0, 1.0 + 1e-9),
            flip_prob=0.0,
            noise=dict(shift=0, width=0, height=0),
        )
    )
    results = crop(dict(info, dataset=blob_datasets["fullhd"]))
    on_ground = _camera_at_4k().pixel_to_pitch(info["keypoints"][:, 1]).valid
    found = results["pixel_to_metre"]
    assert results["is_athlete"].all()
    assert len(found) == 15
    usable = np.abs(found).sum((1, 2)) > 0
    assert usable.sum() == on_ground.sum()
    # A crop px is scale times a frame px, and the camera's matrix is that of a frame px.
    scale = 192 / (1.25 * 6 * SIGMA)  # the boxes are square, so their width decides
    expected = _camera_at_4k().pixel_to_metre(info["keypoints"][on_ground, 1])
    areas = [np.sort(np.abs(np.linalg.det(matrices))) for matrices in (expected / scale, found[usable])]
    assert np.allclose(*areas, rtol=1e-3)  # float32 keypoints


def test_athlete_crops__without_people_all_crops_are_empty(blob_datasets) -> None:
    info = blob_datasets["fullhd"].get_data_info(0)
    empty = {k: v[:0] if isinstance(v, np.ndarray) else v for k, v in info.items()}
    results = TRANSFORMS.build(dict(PLAIN, crops_per_image=4))(dict(_info(empty), dataset=blob_datasets["fullhd"]))
    assert results["crops"].shape == (4, 256, 192, 3)
    assert not results["is_athlete"].any()
    assert not results["crop_visible"].any()
    assert not results["pixel_to_metre"].any()


def test_athlete_crops__broken_file_is_passed_over(blob_datasets, tmp_path) -> None:
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"not an image")
    info = dict(_info(blob_datasets["fullhd"].get_data_info(0)), img_path=str(path), dataset=range(1000))
    assert TRANSFORMS.build(PLAIN)(info) is None


def test_pack_athlete_crops(blob_datasets) -> None:
    options = dict(crops_per_image=5, empty_share=0.4, hide_prob=1.0, photometric=dict(strength=1.0))
    crop = TRANSFORMS.build(dict(PLAIN, **options))
    results = crop(dict(_info(blob_datasets["copy"].get_data_info(1)), dataset=blob_datasets["copy"]))
    packed = TRANSFORMS.build(dict(type="PackAthleteCrops"))(results)
    labels = packed["data_samples"].gt_instance_labels
    assert packed["inputs"].shape == (5, 3, 256, 192)
    assert packed["inputs"].dtype == torch.uint8
    assert labels.keypoints.shape == (5, 2, 2)
    assert labels.geometry.shape == (5, 4)
    assert packed["data_samples"].img_id == 3
    assert (labels.keypoints_visible[~labels.is_athlete] == 0).all()
