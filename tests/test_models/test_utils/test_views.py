"""Views of an input."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData

from mmsynloc.models.utils.views import View, make_views, mirrored


def _found(points, boxes):
    return InstanceData(keypoints=np.array(points, np.float32), bboxes=np.array(boxes, np.float32))


def test_make_views__sizes_are_multiples():
    views = make_views((864, 480), (1.0, 0.8), flip=True)
    assert [view.size for view in views] == [(864, 480), (864, 480), (704, 384), (704, 384)]
    assert [view.flip for view in views] == [False, True, False, True]
    assert [view.is_plain for view in views] == [True, False, False, False]
    assert make_views((100, 60)) == [View((100, 60), (100, 60))]  # the input itself, whatever its size


@pytest.mark.parametrize("scales", [(), (0.0,), (1.0, -0.5), 0.8, ("a",), (float("nan"),), None])
def test_make_views__wrong_scales(scales):
    with pytest.raises(ValueError, match="view_scales must be a list of numbers over 0"):
        make_views((64, 64), scales)


def test_to_input__nobody():
    found = View((64, 32), (32, 32), flip=True).to_input(_found(np.zeros((0, 2, 2)), np.zeros((0, 4))))
    assert found.keypoints.shape == (0, 2, 2)
    assert found.bboxes.shape == (0, 4)


def test_to_input__by_hand():
    # Half the size: the view's first pixel covers the input's first two, so that its centre lies between them.
    seen = View((64, 32), (32, 16)).to_input(_found([[[0, 0], [31, 15]]], [[0, 0, 31, 15]]))
    assert seen.keypoints[0].tolist() == [[0.5, 0.5], [62.5, 30.5]]
    assert seen.bboxes[0].tolist() == [0.5, 0.5, 62.5, 30.5]
    turned = View((64, 32), (64, 32), flip=True).to_input(_found([[[0, 3], [10, 5]]], [[4, 1, 10, 7]]))
    assert turned.keypoints[0].tolist() == [[63, 3], [53, 5]]
    assert turned.bboxes[0].tolist() == [53, 1, 59, 7]


def test_to_input__other_values_ride_along():
    found = _found([[[1, 2]]], [[0, 0, 2, 2]])
    found.scores = np.array([0.7])
    assert View((64, 64), (32, 32), flip=True).to_input(found).scores.tolist() == [0.7]


def test_mirrored__twice_is_the_same():
    found = _found([[[3, 4], [5, 6]]], [[1, 2, 9, 8]])
    turned = mirrored(found, 320)
    assert turned.keypoints[0, 0].tolist() == [316, 4]
    assert (turned.bboxes[:, 2] > turned.bboxes[:, 0]).all()
    np.testing.assert_allclose(mirrored(turned, 320).bboxes, found.bboxes)


@pytest.mark.parametrize("scale", [1.0, 0.5, 1.5])
@pytest.mark.parametrize("flip", [False, True])
def test_view__what_it_shows_is_where_to_input_says(scale, flip):
    height, width, centre = 96, 128, np.array([40.3, 50.6])
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    blob = torch.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * 6.0**2))
    (view,) = [view for view in make_views((width, height), (scale,), flip=True) if view.flip == flip]
    seen = view.apply(blob[None, None])[0, 0]
    y, x = torch.meshgrid(*(torch.arange(side) for side in seen.shape), indexing="ij")
    peak = [[[float((seen * x).sum() / seen.sum()), float((seen * y).sum() / seen.sum())]]]
    found = view.to_input(_found(peak, [[0, 0, 1, 1]]))
    np.testing.assert_allclose(found.keypoints[0, 0], centre, atol=0.02)  # bilinear sampling of a wide blob
