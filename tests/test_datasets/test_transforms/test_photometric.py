"""Random tones, noise and sharpness."""

from __future__ import annotations

import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

from mmsynloc.datasets.transforms import SynLocPhotometric, jitter_tones


def _image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (32, 24, 3)).astype(np.uint8)


def test_jitter_tones__no_strength_changes_nothing() -> None:
    assert (jitter_tones(_image(), 0.0) == _image()).all()


def test_jitter_tones__keeps_a_dark_image_readable() -> None:
    dark = (_image() // 8).astype(np.uint8)
    spreads = [jitter_tones(dark, 0.7).std() for _ in range(50)]
    assert min(spreads) > 1  # never one flat colour


@pytest.mark.parametrize("name", ["tones_prob", "grey_prob", "blur_prob", "noise_prob", "jpeg_prob"])
def test_photometric__each_step_changes_pixels_and_not_the_input(name: str) -> None:
    none = dict(tones_prob=0, grey_prob=0, blur_prob=0, noise_prob=0, jpeg_prob=0)
    image = _image()
    changed = SynLocPhotometric(**{**none, name: 1.0}).apply(image)
    assert changed.shape == image.shape
    assert changed.dtype == np.uint8
    assert (changed != image).any()
    assert (image == _image()).all()
    assert (SynLocPhotometric(**none).apply(image) == image).all()


def test_photometric__is_registered_and_seeded() -> None:
    transform = TRANSFORMS.build(dict(type="SynLocPhotometric", strength=1.0))
    results = []
    for _ in range(2):
        np.random.seed(3)
        results.append(np.stack([transform(dict(img=_image()))["img"] for _ in range(10)]))
    assert (results[0] == results[1]).all()
