"""Options that override a config."""

from __future__ import annotations

import argparse

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mmengine.config import Config

from mmsynloc.apis.config_options import ConfigOptions, check_options, close_name
from mmsynloc.utils import UserError

RUN = ("model", "train_cfg", "load_from")


def _parse(*options: str) -> dict:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cfg-options", nargs="+", action=ConfigOptions)
    return parser.parse_args(["--cfg-options", *options]).cfg_options


def _config() -> Config:
    model = dict(type="Net", test_cfg=dict(nms_thr=0.5, flip=False), size=(64, 64), scale=[1.0, 2.0])
    return Config(dict(model=model, hooks=[dict(type="A"), dict(type="B")], train_cfg=dict(max_epochs=3)))


def test_config_options__values():
    assert _parse("a.b=4", "c=[1,(2,3)]", "d=x=y") == {"a.b": 4, "c": [1, (2, 3)], "d": "x=y"}


@pytest.mark.parametrize("text", ["foo", "", "=4", " a=4", "a..b=4", ".a=4", "a.=4", "a =4"])
def test_config_options__not_key_value(text):
    with pytest.raises(UserError, match="not KEY=VALUE"):
        _parse(text)


@pytest.mark.parametrize("value", ["[1,2", "1,2]", "(1,2]", "[(1,2])", ")("])
def test_config_options__brackets(value):
    with pytest.raises(UserError, match="its brackets do not match"):
        _parse(f"key={value}")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("train_cfg.max_epochs", 2),
        ("train_cfg.max_epochs", None),
        ("train_cfg.by_epoch", True),  # a new setting, unlike any that is there
        ("model.test_cfg.flip", True),
        ("model.size", [128, 96]),
        ("model.scale", []),
        ("hooks.1.type", "C"),
        ("hooks", []),
        ("load_from", "a.pth"),
        ("model.test_cfg", None),
    ],
)
def test_check_options__good(key, value):
    cfg = _config()
    check_options(cfg, {key: value}, RUN)
    cfg.merge_from_dict({key: value})


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("modle.size", 4, "has no modle; do you mean model"),
        ("something", 4, "has no something"),
        ("train_cfg.max_epoch", 4, "do you mean max_epochs"),
        ("train_cfg", 4, "is a group of settings; set one of max_epochs"),
        ("train_cfg.max_epochs", "abc", "a number is needed, as 3"),
        ("train_cfg.max_epochs", True, "a number is needed"),
        ("train_cfg.max_epochs", float("nan"), "not a number"),
        ("train_cfg.max_epochs.x", 4, "nothing below 3"),
        ("model.test_cfg.flip", "maybe", "True or False"),
        ("model.size", 64, "a list is needed"),
        ("model.scale", ["a", "b"], "a number is needed"),
        ("hooks.2.type", "C", "the list has 2"),
        ("hooks.first.type", "C", "the list has 2"),
    ],
)
def test_check_options__mistakes(key, value, message):
    with pytest.raises(UserError, match=message):
        check_options(_config(), {key: value}, RUN)


@pytest.mark.parametrize("value", [0.4, "val"])
def test_check_options__words_that_stand_for_a_number(value):
    check_options(Config(dict(score_threshold=0.3)), {"score_threshold": value}, ())


def test_close_name():
    assert close_name("train_dataloder", ["train_dataloader", "val_dataloader"]) == "train_dataloader"
    assert close_name("modle", ["train_cfg", "model"]) == "model"
    assert close_name("loss_kpt", ["loss_kpt_aux"]) is None
    assert close_name("widen_factor", ["deepen_factor"]) is None
    assert close_name("train_dataloader_cfg", ["train_dataloader"]) is None


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(["model", "hooks", "train_cfg", "0", "size", "max_epochs", "x", ""]), max_size=3),
    st.text(alphabet="01ab.,=[]() -", max_size=8),
    st.sampled_from(["=", "", " = ", "=="]),
)
def test_options__any_text_is_taken_or_one_line(parts, value, equals):
    try:
        options = _parse(".".join(parts) + equals + value)
        cfg = _config()
        check_options(cfg, options, RUN)
        cfg.merge_from_dict(options)
    except UserError as error:
        assert "\n" not in str(error)  # noqa: PT017  both outcomes are right
