"""Configs with another number of epochs."""

from __future__ import annotations

import pytest

from mmsynloc.apis import load_config
from mmsynloc.apis.schedule import set_epochs, stretch_schedule
from mmsynloc.utils import UserError


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
    with pytest.raises(UserError, match="has 2 parts; each needs an epoch"):
        set_epochs(load_config("mmsynloc::demo_synloc.py"), epochs)


def test_stretch_schedule__of_windows():
    """Its epochs are five times as many, also those of warm-up and end."""
    cfg = load_config("mmsynloc::yoloxpose_s_synloc-windows.py")
    stretch_schedule(cfg, 150)
    assert [(part.begin, part.end) for part in cfg.param_scheduler] == [(0, 2), (2, 140), (140, 150)]
    assert cfg.custom_hooks[0].num_last_epochs == 10
    assert cfg.train_cfg.dynamic_intervals == [(140, 5)]
    assert (cfg.train_cfg.max_epochs, cfg.train_cfg.val_interval) == (150, 50)


def test_stretch_schedule__warm_up_in_steps():
    cfg = load_config("mmsynloc::rtmpose_s_synloc.py")
    stretch_schedule(cfg, 10)
    warm_up, cosine = cfg.param_scheduler
    assert (warm_up.begin, warm_up.end) == (0, 1000)
    assert (cosine.begin, cosine.end, cosine.T_max) == (5, 10, 5)


@pytest.mark.parametrize("epochs", [3, 4, 20, 300, 1000])
def test_stretch_schedule__each_part_has_an_epoch(epochs):
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py")
    stretch_schedule(cfg, epochs)
    begins, ends = zip(*((part.begin, part.end) for part in cfg.param_scheduler))
    assert begins == (0, *ends[:-1])
    assert min(end - begin for begin, end in zip(begins, ends)) >= 1
    assert ends[-1] == cfg.train_cfg.max_epochs == epochs
    assert 0 < cfg.default_hooks.checkpoint.interval <= epochs


def test_stretch_schedule__of_steps():
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py")
    cfg.train_cfg = dict(max_iters=10)
    with pytest.raises(UserError, match="has no max_epochs"):
        stretch_schedule(cfg, 5)
