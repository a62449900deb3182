"""Tau over the training."""

from __future__ import annotations

import pytest
from mmengine.logging import MessageHub

from mmsynloc.models.utils import TauSchedule


@pytest.fixture
def hub():
    """The current message hub, as no runner had been there."""
    hub = MessageHub.get_current_instance()
    before = dict(hub.runtime_info)
    hub.runtime_info.clear()
    yield hub
    hub.runtime_info.clear()
    hub.runtime_info.update(before)


def test_tau__without_a_runner(hub):
    assert TauSchedule(5.0, 1.0, 0.5)() == 1.0


@pytest.mark.parametrize(("iteration", "tau"), [(0, 5.0), (25, 3.0), (50, 1.0), (99, 1.0)])
def test_tau__falls_linearly_and_stays(hub, iteration, tau):
    hub.update_info("iter", iteration)
    hub.update_info("max_iters", 100)
    assert TauSchedule(5.0, 1.0, 0.5)() == tau


def test_tau__no_annealing(hub):
    hub.update_info("iter", 0)
    hub.update_info("max_iters", 100)
    assert TauSchedule(5.0, 2.0, 0.0)() == 2.0


@pytest.mark.parametrize("arguments", [(0, 1, 0.5), (5, -1, 0.5), (5, 1, 1.5)])
def test_tau__wrong_arguments(arguments):
    with pytest.raises(ValueError, match="must be"):
        TauSchedule(*arguments)
