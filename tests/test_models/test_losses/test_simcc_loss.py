"""Loss of classified coordinates."""

from __future__ import annotations

import pytest
import torch
from mmpose.models.losses import KLDiscretLoss

from mmsynloc.models import SimCCLoss
from mmsynloc.models.utils import encode_simcc


def _target(*coordinates):
    return encode_simcc(torch.tensor(coordinates).reshape(-1, 1, 2), torch.arange(9.0), 1.0)


def test_loss__empty_input():
    assert SimCCLoss()(torch.zeros(0, 2, 2, 9), torch.zeros(0, 2, 2, 9), torch.zeros(0, 2)) == 0


def test_loss__perfect_prediction():
    target = _target(3.3, 5.0)
    assert SimCCLoss()(target.log(), target, torch.ones(1, 1)).item() == pytest.approx(0, abs=1e-6)


def test_loss__is_the_divergence_along_both_axes():
    target = _target(3.3, 5.0)
    divergence = (target * (target.log() - torch.tensor(1 / 9).log())).sum()  # from the uniform distribution
    loss = SimCCLoss(loss_weight=2.0)(torch.zeros(1, 1, 2, 9), target, torch.ones(1, 1))
    torch.testing.assert_close(loss, 2 * divergence)


def test_loss__is_a_weighted_mean():
    target, logits = _target(3.3, 5.0, 1.0, 1.0), torch.zeros(2, 1, 2, 9)
    first = SimCCLoss()(logits[:1], target[:1], torch.ones(1, 1))
    torch.testing.assert_close(SimCCLoss()(logits, target, torch.tensor([[1.0], [0.0]])), first)
    assert SimCCLoss()(logits, target, torch.zeros(2, 1)) == 0


def test_loss__rtmpose_recipe_is_upstreams():
    """Upstream sums over axes and keypoints and takes means over the bins and, for K keypoints, over K."""
    recipe = dict(beta=10.0, label_softmax=True)
    target, logits = _target(3.3, 5.0, 1.0, 7.2), torch.randn(2, 1, 2, 9, generator=torch.Generator().manual_seed(0))
    upstream = KLDiscretLoss(**recipe)(logits.unbind(2), target.unbind(2), torch.ones(2, 1))
    torch.testing.assert_close(SimCCLoss(**recipe)(logits, target, torch.ones(2, 1)), upstream * 9 / 2)
