"""The cache of decoded images: its bounds, and that a sample decodes one image."""

from __future__ import annotations

import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

from mmsynloc.datasets.transforms import SynLocImageCache, render
from mmsynloc.datasets.transforms.cache import DecodedImageCache
from mmsynloc.files.images import DecodedImage


def _image(height: int) -> DecodedImage:
    return DecodedImage(np.zeros((height, 10, 1), np.uint8), (1.0, 1.0))


def test_decoded_image_cache__empty():
    cache = DecodedImageCache(2, 100)
    assert len(cache) == 0
    assert cache.get("a") is None


def test_decoded_image_cache__bounded_in_number():
    cache = DecodedImageCache(2, 10**6)
    for path in "abc":
        cache.put({"img_path": path}, _image(1))
    assert "a" not in cache
    assert "b" in cache
    assert "c" in cache
    assert cache.num_bytes == 20


def test_decoded_image_cache__bounded_in_bytes():
    cache = DecodedImageCache(100, 100)
    for path in "abc":
        cache.put({"img_path": path}, _image(4))
    assert [path in cache for path in "abc"] == [False, True, True]
    cache.put({"img_path": "large"}, _image(11))  # larger than all the memory: nothing stays
    assert len(cache) == cache.num_bytes == 0


def test_decoded_image_cache__a_new_decoding_replaces_the_old():
    cache = DecodedImageCache(2, 100)
    cache.put({"img_path": "a"}, _image(2))
    cache.put({"img_path": "a"}, _image(4))
    assert cache.get("a").pixels.shape[0] == 4
    assert (len(cache), cache.num_bytes) == (1, 40)


def test_decoded_image_cache__draws_different_images_while_there_are_enough():
    cache = DecodedImageCache(3, 1000)
    for path in "abc":
        cache.put({"img_path": path}, _image(1))
    assert sorted(info["img_path"] for info in cache.draw(3)) == ["a", "b", "c"]
    assert len(cache.draw(5)) == 5


@pytest.mark.parametrize("options", [dict(max_images=0), dict(max_mb=0), dict(max_images=4, min_images=5)])
def test_image_cache__wrong_options(options):
    with pytest.raises(ValueError, match="SynLocImageCache needs"):
        SynLocImageCache(**options)


def test_image_cache__a_sample_decodes_one_image(blob_datasets, monkeypatch):
    dataset = blob_datasets["copy"]
    decoded = []
    load = render.load_image
    monkeypatch.setattr(render, "load_image", lambda path, *args: decoded.append(path) or load(path, *args))
    transforms = [
        TRANSFORMS.build(dict(type=name, **options))
        for name, options in (
            ("SynLocImageCache", dict(max_images=2, min_images=2)),
            ("SynLocMosaic", {}),
            ("SynLocRandomAffine", dict(mode="canvas")),
            ("SynLocMixUp", {}),
            ("RenderSynLocImage", {}),
        )
    ]
    counts = []
    for index in range(20):
        decoded.clear()
        dataset.run(index % len(dataset), transforms, input_size=(320, 180))
        if index >= 5:  # by now the memory is filled
            assert set(decoded) <= {dataset.infos[index % len(dataset)]["img_path"]}
            counts.append(len(decoded))
    assert max(counts) == 1
    assert sum(counts) >= 10  # the others were still in the memory
