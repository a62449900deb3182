"""Blending of patches into pictures."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.minisynloc.compositing import composite
from mmsynloc.minisynloc.rasterise import Patch


def _patch(x: int, y: int) -> Patch:
    return Patch(x, y, np.full((8, 8, 3), 200, np.uint8), np.full((8, 8), 255, np.uint8))


def test_composite__covers_exactly_its_cells() -> None:
    image = np.full((20, 20, 3), 10, np.uint8)
    composite(image, _patch(16, 8), 4)
    assert (image[2:4, 4:6] == 200).all()
    assert (image == 200).all(2).sum() == 4


@pytest.mark.parametrize(("x", "y"), [(-4, 8), (76, -4), (200, 200)])
def test_composite__what_lies_outside_is_cut(x: int, y: int) -> None:
    image = np.zeros((20, 20, 3), np.uint8)
    composite(image, _patch(x, y), 4, blur_px=1.0)
    assert image.max() <= 200


def test_composite__opacity_and_blur() -> None:
    image = np.zeros((20, 20, 3), np.uint8)
    composite(image, _patch(16, 8), 4, opacity=0.5)
    assert image.max() == pytest.approx(100, abs=1)
    soft = np.zeros((20, 20, 3), np.uint8)
    composite(soft, _patch(40, 40), 4, blur_px=1.5)
    assert 0 < soft.max() < 200
    assert int(soft.sum()) == pytest.approx(4 * 200 * 3, rel=0.2)  # a blur moves light; uint8 cuts its faint tail
