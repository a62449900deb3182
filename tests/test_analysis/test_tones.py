"""Tones of one scene."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.analysis.tones import TONES

GREY = np.full((8, 8, 3), 128, np.uint8)


@pytest.mark.parametrize("tone", TONES)
def test_tones__change_a_picture_and_keep_its_form(tone: str) -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 1920, 3), dtype=np.uint8)  # blur goes by the width
    before = image.copy()
    changed = TONES[tone](image)
    assert changed.shape == image.shape
    assert changed.dtype == np.uint8
    assert not np.array_equal(changed, image)
    np.testing.assert_array_equal(image, before)


def test_tones__by_hand() -> None:
    assert (TONES["darker mid-tones"](GREY) == 97).all()  # 255 (128 / 255) ** 1.4
    for tone in ("more contrast", "less contrast", "more saturated", "less saturated", "sharpened", "blurred"):
        assert (TONES[tone](GREY) == 128).all()
    assert TONES["warmer"](GREY)[0, 0].tolist() == [117, 128, 140]  # times and through the root of 1.2
    assert TONES["cooler"](GREY)[0, 0].tolist() == [140, 128, 117]
    red = np.full((1, 1, 3), (0, 0, 100), np.uint8)  # its grey is 30
    assert TONES["less saturated"](red)[0, 0].tolist() == [12, 12, 72]
