"""Settings that are checked before anything is built."""

from __future__ import annotations

import pytest
from mmengine.config import Config

from mmsynloc.apis import load_config
from mmsynloc.apis.settings import check_settings, evaluators, fit_workers
from mmsynloc.utils import UserError


@pytest.mark.parametrize("name", ["demo_synloc", "yoloxpose_s_synloc", "yoloxpose_l_synloc-1280"])
def test_check_settings__ours_are_good(name):
    check_settings(load_config(f"mmsynloc::{name}.py"), name)


def test_check_settings__empty():
    with pytest.raises(UserError, match=r"mine\.py: it has no model"):
        check_settings(Config({}), "mine.py")
    with pytest.raises(UserError, match=r"mine\.py: it has no train_dataloader"):
        check_settings(Config(dict(model=dict(type="A"))), "mine.py", ("model", "train_dataloader"))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("model", 4, "model is 4; a dict"),
        ("train_dataloader", [1], "a dict is needed"),
        ("train_dataloader.dataset", 4, "train_dataloader has no dataset"),
        ("train_dataloader.batch_size", 0, "at least 1"),
        ("train_dataloader.batch_size", 2.5, "at least 1"),
        ("val_dataloader.num_workers", -1, "at least 0"),
        ("train_cfg.max_epochs", 0, "at least 1"),
        ("train_cfg.val_interval", 0, "at least 1"),
        ("default_hooks.logger.interval", 0, "at least 1"),
        ("default_hooks.checkpoint.interval", 0, "at least 1"),
        ("val_dataloader.dataset.input_size", 64, "width,height"),
        ("val_dataloader.dataset.input_size", (0, 64), "width,height"),
        ("val_dataloader.dataset.input_size", (64, 64, 64), "width,height"),
        ("optim_wrapper.optimizer.type", "AdamV", "no known optimiser"),
    ],
)
def test_check_settings__mistakes(key, value, message):
    cfg = load_config("mmsynloc::demo_synloc.py")
    *groups, last = key.split(".")
    node = cfg
    for group in groups:
        node = node[group]
    node[last] = value
    with pytest.raises(UserError, match=message):
        check_settings(cfg, "mine.py")


def test_fit_workers__none_means_none_that_persist():
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py", {"val_dataloader.num_workers": 0})
    cfg.val_dataloader.prefetch_factor = 2
    fit_workers(cfg)
    assert cfg.val_dataloader.persistent_workers is False
    assert "prefetch_factor" not in cfg.val_dataloader
    assert cfg.train_dataloader.persistent_workers is True


@pytest.mark.parametrize(
    ("given", "expected"), [(None, []), (dict(type="A"), [dict(type="A")]), ([dict(type="A"), 3], [dict(type="A")])]
)
def test_evaluators__one_or_many(given, expected):
    assert evaluators(Config(dict(val_evaluator=given)), "val") == expected
