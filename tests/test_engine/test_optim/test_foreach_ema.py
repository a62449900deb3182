"""The moving average of the weights."""

from __future__ import annotations

import copy

import pytest
import torch
from mmengine.registry import DefaultScope
from mmpose.engine.hooks.ema_hook import ExpMomentumEMA
from mmpose.registry import MODELS
from torch import nn

from mmsynloc.engine.optim import ForeachEMA


def _model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 2, 1, bias=False)).to(
        memory_format=torch.channels_last
    )


@pytest.mark.parametrize("options", [{}, dict(update_buffers=True), dict(interval=3), dict(momentum=0.01, gamma=50)])
def test_ema__is_upstreams_to_the_bit(options):
    model = _model()
    ours, upstream = ForeachEMA(model, **options), ExpMomentumEMA(model, **options)
    for _ in range(8):
        model(torch.randn(2, 3, 8, 8))  # moves the statistics
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter))
        ours.update_parameters(model)
        upstream.update_parameters(model)
    found, expected = ours.state_dict(), upstream.state_dict()
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert torch.equal(found[name], value), name


def test_ema__goes_on_from_a_checkpoint():
    model = _model()
    first = ForeachEMA(model)
    for _ in range(3):
        first.update_parameters(model)
    second = ForeachEMA(_model())
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    with torch.no_grad():
        model[0].weight.add_(1)
    for average in (first, second):
        average.update_parameters(model)
    assert torch.equal(first.module[0].weight, second.module[0].weight)
    assert not torch.equal(first.module[0].weight, model[0].weight)


def test_ema__is_registered():
    with DefaultScope.overwrite_default_scope("mmpose"):
        assert isinstance(MODELS.build(dict(type="ForeachEMA", model=nn.Linear(1, 1))), ForeachEMA)
