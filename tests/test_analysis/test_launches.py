"""Counting GPU launches and host waits."""

from __future__ import annotations

import pytest
import torch

from mmsynloc.analysis.launches import LaunchCounter

VALUES = torch.arange(6.0)


def test_counter__nothing():
    with LaunchCounter() as counter:
        pass
    assert (counter.launches, counter.waits) == (0, 0)


def test_counter__views_are_free():
    with LaunchCounter() as counter:
        VALUES.view(2, 3)[None].transpose(0, 1).expand(2, 3, 3).flatten(0, 0).detach()
        torch.empty(3)
    assert (counter.launches, counter.waits) == (0, 0)


def test_counter__computations_are_counted():
    with LaunchCounter() as counter:
        (VALUES * 2 + 1).sum()
    assert (counter.launches, counter.waits) == (3, 0)


def test_counter__backward_is_counted():
    values = VALUES.clone().requires_grad_()
    with LaunchCounter() as counter:
        (values * 2).sum().backward()
    assert counter.launches > 3


@pytest.mark.parametrize(
    "wait",
    [
        lambda: VALUES.sum().item(),
        lambda: bool(VALUES.any()),
        lambda: VALUES.nonzero(),
        lambda: VALUES[VALUES > 2],
        lambda: VALUES.masked_select(VALUES > 2),
        lambda: VALUES.unique(),
        lambda: torch.equal(VALUES, VALUES),
        lambda: VALUES.clone().index_put_((VALUES > 2,), torch.zeros(())),
        lambda: VALUES[: int(VALUES.max())],
    ],
)
def test_counter__waits_are_seen(wait):
    with LaunchCounter() as counter:
        wait()
    assert counter.waits >= 1


def test_counter__indexing_by_numbers_is_no_wait():
    with LaunchCounter() as counter:
        VALUES[torch.tensor([2, 1])]
    assert counter.waits == 0
