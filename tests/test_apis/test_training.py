"""Configs with another number of epochs."""

from __future__ import annotations

import pytest

from mmsynloc.apis import load_config
from mmsynloc.apis.training import set_epochs


def test_set_epochs__stretches_the_schedule():
    cfg = load_config("mmsynloc::ablation_synloc.py")
    set_epochs(cfg, 8)
    warm_up, cosine = cfg.param_scheduler
    assert (warm_up.begin, warm_up.end) == (0, 2)
    assert (cosine.begin, cosine.end, cosine.T_max) == (2, 8, 6)
    assert cfg.train_cfg.max_epochs == cfg.default_hooks.checkpoint.interval == 8
    assert cfg.custom_hooks[0].num_last_epochs == 2


def test_set_epochs__upstreams_three_parts():
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py")
    set_epochs(cfg, 30)
    ends = [(part.begin, part.end) for part in cfg.param_scheduler]
    assert ends == [(0, 1), (1, 28), (28, 30)]  # half an epoch of warm-up becomes one
    assert cfg.param_scheduler[1].T_max == 27


@pytest.mark.parametrize("epochs", [1, 0, -3])
def test_set_epochs__too_few(epochs):
    with pytest.raises(ValueError, match="needs 2 epochs or more"):
        set_epochs(load_config("mmsynloc::demo_synloc.py"), epochs)
