"""Rendering: the pixels and the entries of a rendered sample."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.datasets.transforms import RenderSynLocImage, SynLocFitResize, SynLocFlip, SynLocRandomAffine, render

from .blobs import blob_info


def _pattern(height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.integers(0, 255, (height, width, 3), dtype=np.uint8)


def _in_memory(image: np.ndarray, points=()) -> dict:
    return {**blob_info(list(points)), "annotated_size": image.shape[1::-1], "img": image, "img_path": "a.png"}


def test_render__identity_gives_the_image_itself():
    image = _pattern(30, 50)
    results = RenderSynLocImage()(_in_memory(image))
    np.testing.assert_array_equal(results["img"], image)
    assert results["img"] is not image


def test_render__flip_gives_the_mirrored_image():
    image = _pattern(30, 50)
    results = RenderSynLocImage()(SynLocFlip(prob=1.0)(_in_memory(image)))
    np.testing.assert_array_equal(results["img"], image[:, ::-1])


def test_render__enlarged_and_reduced_by_two():
    image = np.repeat(np.repeat(_pattern(8, 12), 4, axis=0), 4, axis=1)
    reduced = RenderSynLocImage()(SynLocFitResize((24, 16))(_in_memory(image)))["img"]
    np.testing.assert_array_equal(reduced, image[::2, ::2])


def test_render__reduction_does_not_alias():
    # Stripes two pixels wide, to a quarter: their mean everywhere, not one stripe or the other.
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, ::4] = image[:, 1::4] = 200
    reduced = RenderSynLocImage()(SynLocFitResize((16, 16))(_in_memory(image)))["img"]
    np.testing.assert_allclose(reduced, 100, atol=1)


def test_render__entries_of_the_sample():
    image = _pattern(300, 600)
    results = SynLocRandomAffine((100, 80))(_in_memory(image, [[300, 150], [100, 40]]))
    results = RenderSynLocImage(min_visible=0, min_size_px=0)(results)
    assert results["img"].shape == (80, 100, 3)
    assert results["img_shape"] == (80, 100)
    assert results["ori_shape"] == (300, 600)
    assert "render_plan" not in results
    forth = np.vstack([results["warp_mat"], [0, 0, 1]])
    np.testing.assert_allclose(forth @ results["input_to_annotated"], np.eye(3), atol=1e-9)
    np.testing.assert_allclose(results["keypoints"][0, 0], (forth @ [300, 150, 1])[:2], rtol=1e-6)


def test_render__frame_without_people():
    results = RenderSynLocImage()(SynLocFitResize((64, 64))(_in_memory(_pattern(300, 600))))
    assert results["bbox"].shape == (0, 4)
    assert results["keypoints"].shape == (0, 2, 2)
    assert results["keypoints_visible"].shape == (0, 2)


def test_render__pad_value():
    results = RenderSynLocImage(pad_value=7)(SynLocFitResize((64, 64))(_in_memory(_pattern(32, 64))))
    np.testing.assert_array_equal(results["img"][:15], 7)


@pytest.mark.parametrize("reduction", [1, 2, 4])
def test_render__same_picture_from_every_decoding(blob_datasets, reduction, monkeypatch):
    """Whatever the resolution a source is decoded at, the picture is the same up to its sharpness."""
    dataset, pipeline = blob_datasets["4k"], [dict(type="SynLocFitResize"), dict(type="RenderSynLocImage")]
    expected = dataset.run(0, pipeline, input_size=(480, 270))["img"].astype(int)
    load = render.load_image
    monkeypatch.setattr(render, "load_image", lambda path, size, needed, *rest: load(path, size, 1 / reduction, *rest))
    image = dataset.run(0, pipeline, input_size=(480, 270))["img"].astype(int)
    assert np.abs(image - expected).max() < 12  # blobs of 170 grey levels; a shift of 0.2 px would be 15
