"""Mosaic and MixUp: where images go, whose people count, and where further images come from."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.datasets.transforms import RenderSynLocImage, SynLocMixUp, SynLocMosaic, SynLocRandomAffine, get_plan
from mmsynloc.datasets.transforms.cache import DecodedImageCache
from mmsynloc.files.images import DecodedImage

from .blobs import BlobDataset, blob_info

STILL = dict(scale_prob=0, rotate_prob=0, shift_prob=0, shear_prob=0)


def _plain_dataset(values=(10, 60, 160, 250), points=((1000, 700),)) -> BlobDataset:
    """Images of one grey value each, in memory."""
    infos = [{**blob_info(points), "img": np.full((54, 96, 3), v, np.uint8), "img_path": f"{v}.jpg"} for v in values]
    return BlobDataset(infos)


def _start(dataset, index=0) -> dict:
    return {**dataset.get_data_info(index), "dataset": dataset}


def _fixed_order(monkeypatch, order) -> None:
    monkeypatch.setattr(np.random, "randint", lambda low, high, count: np.array(order))


def test_mosaic__four_quarters(monkeypatch):
    _fixed_order(monkeypatch, [1, 2, 3])
    results = SynLocMosaic((96, 54), center_range=(1.0, 1.0))(_start(_plain_dataset()))
    image = RenderSynLocImage()(results)["img"]
    assert image.shape == (108, 192, 3)
    for value, rows, columns in ((10, (0, 54), (0, 96)), (60, (0, 54), (96, 192)), (160, (54, 108), (0, 96))):
        np.testing.assert_array_equal(image[slice(*rows), slice(*columns)], value)
    np.testing.assert_array_equal(image[54:, 96:], 250)


def test_mosaic__no_gap_when_it_is_rotated_and_reduced():
    dataset = _plain_dataset(values=(200, 200, 200, 200))
    results = SynLocMosaic((96, 54), center_range=(0.9, 1.1))(_start(dataset))
    results = SynLocRandomAffine((96, 54), mode="canvas", shear_factor=2.0)(results)
    image = RenderSynLocImage(pad_value=0)(results)["img"]
    # Images fade out within half a pixel of their borders; where all four meet each covers a quarter, which leaves
    # 0.75 ** 4 of the pad value, so 137 shows.
    inner = image[8:-8, 8:-8]
    assert inner.min() >= 136
    assert (inner < 200).mean() < 0.06  # two lines, each about two pixels wide


def test_mosaic__people_are_cut_at_the_quarters():
    dataset = _plain_dataset(points=[[1000, 700], [3000, 1500]])
    for _ in range(20):
        results = SynLocMosaic((640, 360))(_start(dataset))
        rendered = RenderSynLocImage(min_visible=0.5)(results)
        for box, keypoints in zip(rendered["bbox"], rendered["keypoints"]):
            assert (box[:2] >= -0.5).all()
            assert (box[2:] <= [1279.5, 719.5]).all()
            inside = ((keypoints >= box[:2] - 1e-3) & (keypoints <= box[2:] + 1e-3)).all()
            assert inside  # at least half of a blob shows, so its middle does


def test_mosaic__all_people_of_all_images_can_show(monkeypatch):
    _fixed_order(monkeypatch, [1, 2, 3])
    results = SynLocMosaic((640, 360), center_range=(1.0, 1.0))(_start(_plain_dataset()))
    rendered = RenderSynLocImage()(results)
    assert len(rendered["bbox"]) == 4
    offsets = rendered["keypoints"][:, 0] - rendered["keypoints"][0, 0]
    np.testing.assert_allclose(offsets, [[0, 0], [640, 0], [0, 360], [640, 360]], atol=1e-3)


def test_mosaic__images_without_people():
    dataset = _plain_dataset(points=[])
    rendered = RenderSynLocImage()(SynLocMosaic((640, 360))(_start(dataset)))
    assert rendered["bbox"].shape == (0, 4)
    assert rendered["keypoints"].shape == (0, 2, 2)


def test_mosaic__never_fits_the_image():
    results = SynLocMosaic((640, 640), prob=0.0)(_start(_plain_dataset()))
    assert get_plan(results).canvas_size == (640, 640)
    results = SynLocRandomAffine((640, 640), mode="canvas", **STILL)(results)
    (layer,) = get_plan(results).layers()
    np.testing.assert_allclose(layer.matrix[:2, :2], np.eye(2) / 6)


def test_mosaic__slivers_are_left_out_with_their_people(monkeypatch):
    _fixed_order(monkeypatch, [1, 2, 3])
    points = [[1000, 700], [20, 20]]  # the second one lies in the corner that shows
    dataset = _plain_dataset(points=points)
    for share, images in ((0.0, 2), (0.02, 1)):
        results = SynLocMosaic((640, 360), center_range=(0.99, 0.99))(_start(dataset))
        options = dict(mode="canvas", anchor="corner", **STILL)
        results = SynLocRandomAffine((640, 352), **options)(results)  # 6 of 640 columns show the second image
        rendered = RenderSynLocImage(min_layer_share=share, min_visible=0.1)(results)
        assert (rendered["img"] == 60).any() == (images == 2)
        assert len(np.unique(rendered["id"])) == len(rendered["id"]) or images == 2


def test_mix_up__half_and_half(monkeypatch):
    _fixed_order(monkeypatch, [3])
    results = SynLocMixUp(ratio_range=(1.0, 1.0))(_start(_plain_dataset()))
    rendered = RenderSynLocImage()(results)
    np.testing.assert_array_equal(rendered["img"], 130)  # (10 + 250) / 2
    assert len(rendered["bbox"]) == 2


def test_mix_up__flipped_image_has_flipped_labels(monkeypatch):
    _fixed_order(monkeypatch, [1])
    dataset = _plain_dataset(points=[[1000, 700]])
    for flip_ratio, expected in ((0.0, 1000), (1.0, 2839)):
        results = SynLocMixUp(ratio_range=(1.0, 1.0), flip_ratio=flip_ratio)(_start(dataset))
        rendered = RenderSynLocImage()(results)
        np.testing.assert_allclose(rendered["keypoints"][:, 0, 0], [1000, expected])


def test_mix_up__image_lies_inside_or_fills():
    for ratio in (0.6, 1.5):
        for _ in range(10):
            results = SynLocMixUp(ratio_range=(ratio, ratio))(_start(_plain_dataset()))
            rendered = RenderSynLocImage(pad_value=0)(results)
            second = (rendered["img"][..., 0].astype(int) - 5) * 2  # the first image is 10 everywhere
            share = (second > 20).mean()
            if (second.max() > 20) and ratio < 1:
                assert share == pytest.approx(ratio**2, abs=0.02)  # whole within the canvas


def test_mix_up__image_without_people_is_not_blended_in():
    dataset = _plain_dataset()
    dataset.infos = [dataset.infos[0], {**dataset.infos[1], **blob_info([])}]
    np.random.seed(1)
    for _ in range(10):
        plan = get_plan(SynLocMixUp()(_start(dataset)))
        assert all(len(layer.info["bbox"]) == 1 for layer in plan.layers())


def test_mix_up__never():
    assert len(get_plan(SynLocMixUp(prob=0.0)(_start(_plain_dataset()))).groups) == 1


def test_mixing__draws_from_the_memory_when_it_is_ready():
    dataset = _plain_dataset()
    cache = DecodedImageCache(4, 10**9)
    remembered = dataset.get_data_info(2)
    cache.put(remembered, DecodedImage(remembered["img"], (96 / 3840, 54 / 2160)))
    results = {**_start(dataset), "image_cache": cache, "image_cache_ready": True}
    plan = get_plan(SynLocMixUp()(SynLocMosaic((640, 360))(results)))
    paths = [layer.info["img_path"] for layer in plan.layers()]
    assert paths == ["10.jpg"] + ["160.jpg"] * 4
