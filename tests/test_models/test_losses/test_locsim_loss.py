"""The metric as a loss."""

from __future__ import annotations

import math

import pytest
import torch
from mmpose.registry import MODELS

from mmsynloc.models import LocSimLoss

METRIC = torch.tensor([[[0.1, 0.0], [0.0, 0.5]]])  # a pixel is 0.1 m across and 0.5 m in depth


def _loss(offset_px, metric=METRIC, **kwargs):
    target = torch.tensor([[100.0, 100.0]])
    return LocSimLoss(far_weight=0.0, **kwargs)(target + torch.tensor([offset_px]), target, metric)


def test_loss__is_registered():
    assert isinstance(MODELS.build(dict(type="LocSimLoss")), LocSimLoss)


def test_loss__empty_input_has_a_zero_gradient():
    points = torch.zeros(0, 2, requires_grad=True)
    loss = LocSimLoss()(points, torch.zeros(0, 2), torch.zeros(0, 2, 2))
    loss.backward()
    assert loss == 0


def test_loss__by_hand():
    assert _loss([0.0, 0.0]) == 0
    assert _loss([10.0, 0.0]).item() == pytest.approx(0.95)  # 1 m: LocSim is 0.05
    assert _loss([0.0, 2.0]).item() == pytest.approx(0.95)
    assert _loss([0.0, 2.0], tau_end=2.0, loss_weight=3.0).item() == pytest.approx(3 * (1 - 0.05**0.25))


def test_loss__far_term():
    with_far = LocSimLoss(far_weight=0.1)(torch.tensor([[10.0, 0]]), torch.zeros(1, 2), METRIC)
    assert with_far.item() == pytest.approx(0.95 + 0.1 * math.log(2))


def test_loss__pulls_from_afar_where_locsim_is_flat():
    points = torch.tensor([[600.0, 0.0]], requires_grad=True)  # 60 m off
    LocSimLoss()(points, torch.zeros(1, 2), METRIC).backward()
    # d/dx of 0.1 ln(1 + d²) is about 0.2 / x, whatever a pixel is in metres
    assert points.grad[0, 0].item() == pytest.approx(0.2 / 600, rel=1e-2)


def test_loss__horizon_weighs_nothing():
    points = torch.tensor([[3.0, 0.0], [10.0, 0.0], [5.0, 5.0]], requires_grad=True)
    metric = torch.cat([torch.zeros(1, 2, 2), METRIC, torch.full((1, 2, 2), float("inf"))])
    loss = LocSimLoss(far_weight=0.0)(points, torch.zeros(3, 2), metric)
    loss.backward()
    assert loss.item() == pytest.approx(0.95)  # the mean over the one who counts
    assert (points.grad[[0, 2]] == 0).all()


def test_loss__invisible_weighs_nothing():
    points = torch.tensor([[3.0, 0.0], [10.0, 0.0]])
    loss = LocSimLoss(far_weight=0.0)(points, torch.zeros(2, 2), METRIC.expand(2, 2, 2), torch.tensor([0.0, 1.0]))
    assert loss.item() == pytest.approx(0.95)


@pytest.mark.parametrize("metres_per_px", [1e-3, 1.0, 50.0, 1e4])
@pytest.mark.parametrize("offset_px", [0.0, 1e-4, 1.0, 1e3, 1e30, float("inf")])
def test_loss__gradient_is_bounded(metres_per_px, offset_px):
    points = torch.tensor([[offset_px, 0.0]], requires_grad=True)
    loss = LocSimLoss(max_metres_per_px=5.0)(points, torch.zeros(1, 2), metres_per_px * torch.eye(2)[None])
    loss.backward()
    assert loss.isfinite()
    # |d(1 - exp(-a d²))/dd| is at most sqrt(2 a / e), here 1.49 per metre, and 0.1 ln(1 + d²) adds at most 0.1
    assert points.grad.norm() <= 5.0 * 1.6


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_loss__half_precision_inputs_and_autocast(dtype):
    points = torch.tensor([[1000.0, 500.0]], dtype=dtype, requires_grad=True)
    with torch.autocast("cpu", dtype=dtype):
        loss = LocSimLoss()(points, torch.tensor([[200.0, 100.0]], dtype=dtype), 100 * METRIC.to(dtype))
    loss.backward()
    assert loss.dtype == torch.float32
    assert loss.isfinite()
    assert points.grad.isfinite().all()
