"""Object keypoint similarity."""

from __future__ import annotations

import math

import pytest
import torch
from mmpose.models.losses import OKSLoss

from mmsynloc.datasets.synloc_dataset import METAINFO_FILE
from mmsynloc.models.losses import FastOKSLoss
from mmsynloc.models.utils.oks import exponent_scales, fast_oks, upstream_oks, visible_shares

SIGMAS = torch.tensor([0.1, 0.05])


def _random(*shape):
    generator = torch.Generator().manual_seed(0)
    points, targets = torch.rand(2, *shape, 2, 2, generator=generator) * 20
    return points, targets, torch.rand(*shape, 2, generator=generator).round(), 500 * torch.rand(*shape)


def test_oks__empty():
    points, targets, visible, areas = _random(0)
    assert fast_oks(points, targets, visible_shares(visible), areas, exponent_scales(SIGMAS)).shape == (0,)


def test_oks__by_hand():
    """Pelvis exact, ground point 3 px off at 100 px²: the mean of 1 and exp(-9 / (8 * 100 * 0.05²))."""
    points, targets = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]), torch.tensor([[[1.0, 2.0], [3.0, 7.0]]])
    shares = visible_shares(torch.ones(1, 2))
    expected = (1 + math.exp(-4.5)) / 2
    for oks, parameters in ((fast_oks, exponent_scales(SIGMAS)), (upstream_oks, SIGMAS)):
        assert oks(points, targets, shares, torch.tensor([100.0]), parameters).item() == pytest.approx(expected)


def test_oks__both_ways_agree_also_without_area_and_far_away():
    points, targets, visible, areas = _random(4, 50)
    areas[0, :3] = 0
    points[1] *= 1e4
    visible[2, :3] = 0
    shares = visible_shares(visible)
    fast = fast_oks(points, targets, shares, areas, exponent_scales(SIGMAS))
    torch.testing.assert_close(fast, upstream_oks(points, targets, shares, areas, SIGMAS))
    assert not fast[2, :3].any()


@pytest.mark.parametrize("mode", ["linear", "square", "log"])
@pytest.mark.parametrize("norm", [True, False])
def test_loss__is_upstreams(mode, norm):
    points, targets, _, areas = _random(40)
    visible = torch.tensor([[1.0, 1.0], [1.0, 0.0]]).repeat(20, 1)
    near = (targets + (points - targets) / 20).requires_grad_()
    options = dict(metainfo=str(METAINFO_FILE), mode=mode, norm_target_weight=norm, loss_weight=30.0)
    expected = OKSLoss(**options, reduction="none")(near, targets, visible, areas + 100)
    (gradient,) = torch.autograd.grad(expected.sum(), near)
    ours = FastOKSLoss(**options, reduction="none")
    for shares in (None, visible_shares(visible)):
        loss = ours(near, targets, visible, areas + 100, shares)
        torch.testing.assert_close(loss, expected)
        # upstream's norm has a gradient of rounding errors where a point is exact
        torch.testing.assert_close(torch.autograd.grad(loss.sum(), near)[0], gradient, rtol=1e-4, atol=1e-4)
