"""Mixed precision without a GPU."""

from __future__ import annotations

import pytest
import torch
from mmpose.registry import OPTIM_WRAPPERS

from mmsynloc.engine.optim import has_fast_bfloat16


def _wrapper(model, **options):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return OPTIM_WRAPPERS.build(dict(type="CPUAmpOptimWrapper", optimizer=optimizer, **options))


def test_cpu_amp__computes_in_bfloat16_and_keeps_float32_weights():
    torch.manual_seed(0)
    model = torch.nn.Linear(4, 2)
    before = model.weight.detach().clone()
    wrapper = _wrapper(model)
    with wrapper.optim_context(model):
        output = model(torch.ones(3, 4))
    assert output.dtype == torch.bfloat16
    wrapper.update_params(output.float().sum())
    assert model.weight.dtype == torch.float32
    # d(sum)/d(weight) is 3 everywhere, a number that bfloat16 has
    torch.testing.assert_close(model.weight.detach(), before - 0.3)


def test_cpu_amp__outside_of_the_context_all_is_float32():
    model = torch.nn.Linear(4, 2)
    with _wrapper(model).optim_context(model):
        pass
    assert model(torch.ones(1, 4)).dtype == torch.float32


def test_cpu_amp__gradients_of_parts_add_up():
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    wrapper = _wrapper(model, accumulative_counts=2)
    for value in (1.0, 3.0):
        with wrapper.optim_context(model):
            loss = model(torch.tensor([[value]])).float().sum()
        wrapper.update_params(loss)
    torch.testing.assert_close(model.weight.item(), -0.2)  # 0.1 times the mean gradient


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, False),  # a torch that cannot tell
        ({"avx512_bf16": False, "amx_tile": False}, False),
        ({"avx512_bf16": True, "amx_tile": False}, True),
        ({"amx_tile": True}, True),
    ],
)
def test_has_fast_bfloat16__what_torch_says(monkeypatch, answers, expected):
    for name in ("avx512_bf16", "amx_tile"):
        monkeypatch.delattr(torch.cpu, f"_is_{name}_supported", raising=False)
        if name in answers:
            monkeypatch.setattr(torch.cpu, f"_is_{name}_supported", lambda name=name: answers[name], raising=False)
    assert has_fast_bfloat16() == expected
