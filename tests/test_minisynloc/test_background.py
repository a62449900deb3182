"""Painting the empty stadium."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmsynloc.minisynloc.background import STRIP_ROWS, _in_strips
from mmsynloc.minisynloc.stadium import _blurred_tile


@pytest.mark.parametrize("height", [1, 2, STRIP_ROWS, STRIP_ROWS + 1, 3 * STRIP_ROWS - 1])
def test_in_strips__as_in_one_piece(height: int) -> None:
    rng = np.random.default_rng(height)
    field, other = rng.random((height, 5), np.float32), rng.random((height, 5, 3), np.float32)

    def paint(field: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Looks at the rows above and below."""
        slope = cv2.filter2D(field, cv2.CV_32F, np.array([[-1], [0], [1]], np.float32), borderType=cv2.BORDER_REPLICATE)
        return slope[..., None] * other

    assert (_in_strips(paint, field, other) == paint(field, other)).all()


@pytest.mark.parametrize("sigma", [0.4, 3.0, 20.0])
def test_blurred_tile__as_among_its_repetitions(sigma: float) -> None:
    tile = np.random.default_rng(0).random((24, 30, 3), np.float32)
    expected = cv2.GaussianBlur(np.tile(tile, (2, 2, 1)), (0, 0), sigma)[:24, :30]
    assert (_blurred_tile(tile, sigma) == expected).all()
