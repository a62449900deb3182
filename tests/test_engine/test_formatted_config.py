"""The config's text."""

from __future__ import annotations

import copy

import pytest
from mmengine.config import Config

from mmsynloc.engine.formatted_config import FormattedConfig


@pytest.fixture
def layouts(monkeypatch: pytest.MonkeyPatch) -> list[Config]:
    """The configs whose text upstream has laid out, with nothing kept from before."""
    done: list[Config] = []
    upstream = Config.pretty_text.fget

    def count(self: Config) -> str:
        done.append(self)
        return upstream(self)

    monkeypatch.setattr(Config, "pretty_text", property(count))
    monkeypatch.setattr("mmsynloc.engine.formatted_config._TEXTS", {})
    return done


def test_pretty_text__is_upstreams_and_laid_out_once(layouts: list[Config]) -> None:
    cfg = Config(dict(model=dict(type="A", sizes=(1, 2), names=["a"]), lr=0.1), filename=__file__)
    formatted = FormattedConfig.of(cfg)
    text = cfg.pretty_text
    layouts.clear()
    assert formatted.pretty_text == text
    assert copy.deepcopy(formatted).pretty_text == text
    assert formatted.filename == __file__
    assert len(layouts) == 1


def test_pretty_text__follows_changes_of_the_content(layouts: list[Config]) -> None:
    formatted = FormattedConfig.of(Config(dict(lr=0.1)))
    assert "0.1" in formatted.pretty_text
    formatted.lr = 0.2
    assert "0.2" in formatted.pretty_text
    formatted.lr = "0.2"
    assert "'0.2'" in formatted.pretty_text
    assert len(layouts) == 3


def test_pretty_text__keeps_a_few_texts(layouts: list[Config]) -> None:
    for i in [*range(20), 19, 0]:
        assert FormattedConfig.of(Config(dict(number=i))).pretty_text == f"number = {i}\n"
    assert len(layouts) == 21  # 0 was forgotten
