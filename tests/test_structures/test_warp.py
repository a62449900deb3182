"""Views cut out of an image are where their matrices say."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.structures.affine import rotation_matrix, scale_matrix, shift_matrix
from mmsynloc.structures.warp import cut_views


def _ramp(width: int, height: int) -> np.ndarray:
    """Blue rises by 1 with x, green by 1 with y."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0], image[..., 1] = np.arange(width), np.arange(height)[:, None]
    return image


def test_cut_views__none() -> None:
    assert cut_views(_ramp(20, 10), np.zeros((0, 3, 3)), (4, 6)).shape == (0, 6, 4, 3)


def test_cut_views__whole_pixels_are_copied() -> None:
    views = cut_views(_ramp(200, 100), np.stack([shift_matrix(-30, -20), shift_matrix(-150, -5)]), (4, 6))
    assert (views[0] == _ramp(200, 100)[20:26, 30:34]).all()
    assert (views[1] == _ramp(200, 100)[5:11, 150:154]).all()


@pytest.mark.parametrize("scale", [0.25, 0.5, 0.7, 1.0, 2.0, 5.0])
def test_cut_views__a_ramp_keeps_its_place_at_any_scale(scale: float) -> None:
    matrix = scale_matrix(scale) @ shift_matrix(-40.3, -30.7)
    view = cut_views(_ramp(240, 160), matrix[None], (16, 12))[0].astype(float)
    x = (np.arange(16) + 0.5) / scale - 0.5 + 40.3
    y = (np.arange(12) + 0.5) / scale - 0.5 + 30.7
    # Grey values are rounded once, when the view is reduced first twice; and OpenCV has places in 1/32 of a pixel.
    limit = 1.1 if scale <= 0.5 else 0.6
    assert np.abs(view[..., 0] - x).max() < limit
    assert np.abs(view[..., 1] - y[:, None]).max() < limit


def test_cut_views__rotated() -> None:
    matrix = shift_matrix(8, 8) @ rotation_matrix(30) @ shift_matrix(-100, -60)
    view = cut_views(_ramp(240, 160), matrix[None], (17, 17))[0].astype(float)
    assert np.abs(view[8, 8, :2] - [100, 60]).max() < 0.6
    # One pixel to the right in the view is cos 30, -sin 30 in the image.
    assert np.abs(view[8, 16, :2] - [100 + 8 * np.cos(np.pi / 6), 60 - 8 * np.sin(np.pi / 6)]).max() < 0.6


def test_cut_views__beyond_the_image_is_grey() -> None:
    views = cut_views(_ramp(20, 10), np.stack([shift_matrix(2, 0), shift_matrix(500, 0)]), (4, 6), pad_value=7)
    assert (views[0][:, :2] == 7).all()
    assert (views[0][:, 2:] == _ramp(20, 10)[:6, :2]).all()
    assert (views[1] == 7).all()
