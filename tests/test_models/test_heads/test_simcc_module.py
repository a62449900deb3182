"""Coordinate classification around priors."""

from __future__ import annotations

import pytest
import torch

from mmsynloc.models.heads.simcc_module import SimCCModule, gather_features

PRIORS = torch.tensor([[80.0, 40.0, 8.0, 8.0], [160.0, 96.0, 16.0, 16.0]])


def test_module__empty_input():
    module = SimCCModule(6, 2)
    logits = module(torch.zeros(0, 6), torch.zeros(0, 2, 2), PRIORS[:0])
    assert logits.shape == (0, 2, 2, module.num_bins)
    assert module.decode(logits, PRIORS[:0]).shape == (0, 2, 2)
    target, inside = module.encode(torch.zeros(0, 2, 2), PRIORS[:0])
    assert target.shape == (0, 2, 2, module.num_bins)
    assert inside.shape == (0, 2)


@pytest.mark.parametrize("options", [{}, dict(half_width=4, bins_per_stride=4), dict(half_width=2.5, sigma=1.5)])
def test_module__perfect_target_decodes_exactly(options):
    module = SimCCModule(6, 2, **options)
    steps = torch.linspace(-module.half_width, module.half_width, 97)
    offsets = torch.stack([steps, steps.flip(0)], 1)[:, None, None] * PRIORS[:, None, 2:]  # to the window's corners
    points = (PRIORS[:, None, :2] + offsets).reshape(-1, 1, 2).repeat(1, 2, 1)
    priors = PRIORS.repeat(len(steps), 1)
    target, inside = module.encode(points, priors)
    assert inside.all()
    torch.testing.assert_close(module.decode(target.log(), priors), points, atol=0.02, rtol=0)


def test_module__points_outside_do_not_count():
    points = PRIORS[:1, None, :2] + torch.tensor([[[32.0, 0.0], [0.0, 32.5]]])  # 4 strides are 32 px
    target, inside = SimCCModule(6, 2, half_width=4).encode(points, PRIORS[:1])
    assert inside.tolist() == [[True, False]]
    assert target.isfinite().all()


def test_module__starts_at_the_regression():
    module = SimCCModule(6, 2)
    module.init_weights()
    regressed = PRIORS[:, None, :2] + torch.tensor([[[3.3, -7.1], [0.2, 11.6]]])
    decoded = module.decode(module(torch.randn(2, 6), regressed, PRIORS), PRIORS)
    torch.testing.assert_close(decoded, regressed, atol=0.02, rtol=0)


def test_module__no_gradient_to_the_regression():
    regressed = torch.zeros(2, 2, 2, requires_grad=True)
    logits = SimCCModule(6, 2)(torch.randn(2, 6, requires_grad=True), regressed, PRIORS)
    logits.sum().backward()
    assert regressed.grad is None


def test_module__regression_far_outside_is_harmless():
    logits = SimCCModule(6, 2)(torch.zeros(2, 6), torch.full((2, 2, 2), 1e30), PRIORS)
    assert logits.isfinite().all()


def test_module__learns_a_sub_pixel_position():
    torch.manual_seed(0)
    module = SimCCModule(8, 2)
    module.init_weights()
    features, points = torch.randn(2, 8), PRIORS[:, None, :2] + torch.tensor([[[3.3, -7.1], [0.2, 11.6]]])
    regressed = points + 9  # 4.5 bins off on the lowest level
    target, _ = module.encode(points, PRIORS)
    optimiser = torch.optim.Adam(module.parameters(), lr=0.05)
    for _ in range(150):
        optimiser.zero_grad()
        loss = -(target * module(features, regressed, PRIORS).log_softmax(-1)).sum(-1).mean()
        loss.backward()
        optimiser.step()
    # a tenth of a pixel: the optimiser is not run to the end
    torch.testing.assert_close(module.decode(module(features, regressed, PRIORS), PRIORS), points, atol=0.1, rtol=0)


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
