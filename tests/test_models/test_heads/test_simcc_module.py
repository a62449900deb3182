"""Coordinate classification around priors."""

from __future__ import annotations

import pytest
import torch

from mmsynloc.models.heads.simcc_module import SimCCModule, gather_features

REGRESSED = torch.tensor([[[0.4, -0.9], [0.0, 1.4]], [[2.2, 0.1], [-1.7, 0.0]]])  # two priors, in strides


def test_module__empty_input():
    module = SimCCModule(6, 2)
    logits = module(torch.zeros(0, 6), torch.zeros(0, 2, 2))
    assert logits.shape == (0, 2, 2, module.num_bins)
    assert module.decode(logits).shape == (0, 2, 2)
    target, inside = module.encode(torch.zeros(0, 2, 2))
    assert target.shape == (0, 2, 2, module.num_bins)
    assert inside.shape == (0, 2)


@pytest.mark.parametrize("options", [{}, dict(half_width=4, bins_per_stride=4), dict(half_width=2.5, sigma=1.5)])
def test_module__perfect_target_decodes_exactly(options):
    module = SimCCModule(6, 2, **options)
    steps = torch.linspace(-module.half_width, module.half_width, 97)
    offsets = torch.stack([steps, steps.flip(0)], 1)[:, None].repeat(1, 2, 1)  # to the window's corners
    target, inside = module.encode(offsets)
    assert inside.all()
    # 0.02 px on the lowest level, whose stride is 8
    torch.testing.assert_close(module.decode(target.log()), offsets, atol=0.02 / 8, rtol=0)


def test_module__points_outside_do_not_count():
    target, inside = SimCCModule(6, 2, half_width=4).encode(torch.tensor([[[4.0, 0.0], [0.0, 4.1]]]))
    assert inside.tolist() == [[True, False]]
    assert target.isfinite().all()


def test_module__starts_at_the_regression():
    module = SimCCModule(6, 2)
    module.init_weights()
    decoded = module.decode(module(torch.randn(2, 6), REGRESSED))
    torch.testing.assert_close(decoded, REGRESSED, atol=0.02 / 8, rtol=0)


def test_module__no_gradient_to_the_regression():
    regressed = torch.zeros(2, 2, 2, requires_grad=True)
    logits = SimCCModule(6, 2)(torch.randn(2, 6, requires_grad=True), regressed)
    logits.sum().backward()
    assert regressed.grad is None


def test_module__regression_far_outside_is_harmless():
    logits = SimCCModule(6, 2)(torch.zeros(2, 6), torch.full((2, 2, 2), 1e30))
    assert logits.isfinite().all()


def test_module__learns_a_sub_pixel_position():
    torch.manual_seed(0)
    module = SimCCModule(8, 2)
    module.init_weights()
    features, regressed = torch.randn(2, 8), REGRESSED + 0.5  # 4 bins off
    target, _ = module.encode(REGRESSED)
    optimiser = torch.optim.Adam(module.parameters(), lr=0.05)
    for _ in range(150):
        optimiser.zero_grad()
        loss = -(target * module(features, regressed).log_softmax(-1)).sum(-1).mean()
        loss.backward()
        optimiser.step()
    # a tenth of a bin: the optimiser is not run to the end
    torch.testing.assert_close(module.decode(module(features, regressed)), REGRESSED, atol=0.1 / 8, rtol=0)


@pytest.mark.parametrize("name", ["half_width", "bins_per_stride", "sigma"])
def test_module__wrong_arguments(name):
    with pytest.raises(ValueError, match="must be over 0"):
        SimCCModule(6, 2, **{name: 0})


def test_gather_features__finds_image_level_and_cell():
    levels = [torch.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5), -torch.arange(2 * 3 * 2 * 2.0).reshape(2, 3, 2, 2)]
    picked = gather_features(levels, torch.tensor([[7, 0], [22, 19]]))  # 20 cells on level 0, 4 on level 1
    expected = [[levels[0][0, :, 1, 2], levels[0][0, :, 0, 0]], [levels[1][1, :, 1, 0], levels[0][1, :, 3, 4]]]
    torch.testing.assert_close(picked, torch.stack([torch.stack(image) for image in expected]))


def test_gather_features__empty_input():
    assert gather_features([torch.zeros(1, 3, 2, 2)], torch.zeros(1, 0, dtype=torch.long)).shape == (1, 0, 3)
