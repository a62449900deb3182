"""Views of an input."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mmsynloc.models.utils.views import InputView, make_views, mirrored


def test_make_views__sizes_are_multiples():
    views = make_views((864, 480), (1.0, 0.8), flip=True)
    assert [view.size for view in views] == [(864, 480), (864, 480), (704, 384), (704, 384)]
    assert [view.flip for view in views] == [False, True, False, True]
    assert [view.is_plain for view in views] == [True, False, False, False]
    assert make_views((100, 60)) == [InputView((100, 60), (100, 60))]  # the input itself, whatever its size


@pytest.mark.parametrize("scales", [(), (0.0,), (1.0, -0.5), 0.8, ("a",), (float("nan"),), None])
def test_make_views__wrong_scales(scales):
    with pytest.raises(ValueError, match="view_scales must be a list of numbers over 0"):
        make_views((64, 64), scales)


def test_to_input__nobody():
    view = InputView((64, 32), (32, 32), flip=True)
    assert view.points_to_input(torch.zeros(1, 0, 2, 2)).shape == (1, 0, 2, 2)
    assert view.boxes_to_input(torch.zeros(1, 0, 4)).shape == (1, 0, 4)


def test_to_input__by_hand():
    # Half the size: the view's first pixel covers the input's first two, so that its centre lies between them.
    view = InputView((64, 32), (32, 16))
    assert view.points_to_input(torch.tensor([[0.0, 0], [31, 15]])).tolist() == [[0.5, 0.5], [62.5, 30.5]]
    assert view.boxes_to_input(torch.tensor([0.0, 0, 31, 15])).tolist() == [0.5, 0.5, 62.5, 30.5]
    view = InputView((64, 32), (64, 32), flip=True)
    assert view.points_to_input(torch.tensor([[0.0, 3], [10, 5]])).tolist() == [[63, 3], [53, 5]]
    assert view.boxes_to_input(torch.tensor([4.0, 1, 10, 7])).tolist() == [53, 1, 59, 7]


def test_mirrored__twice_is_the_same():
    points = torch.tensor([[3.0, 4], [5, 6]])
    assert mirrored(points, 320).tolist() == [[316, 4], [314, 6]]
    torch.testing.assert_close(mirrored(mirrored(points, 320), 320), points)


@pytest.mark.parametrize("scale", [1.0, 0.5, 1.5])
@pytest.mark.parametrize("flip", [False, True])
def test_view__what_it_shows_is_where_to_input_says(scale, flip):
    height, width, centre = 96, 128, np.array([40.3, 50.6])
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    blob = torch.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * 6.0**2))
    (view,) = [view for view in make_views((width, height), (scale,), flip=True) if view.flip == flip]
    seen = view.apply(blob[None, None])[0, 0]
    y, x = torch.meshgrid(*(torch.arange(side) for side in seen.shape), indexing="ij")
    peak = torch.stack([(seen * x).sum(), (seen * y).sum()]) / seen.sum()
    np.testing.assert_allclose(view.points_to_input(peak), centre, atol=0.02)  # bilinear sampling of a wide blob
