from __future__ import annotations

import json

import pytest

from mmsynloc.datasets.preparation.credentials import Credentials, credentials_file, find_credentials
from mmsynloc.utils import UserError


@pytest.fixture(autouse=True)
def _no_account(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("SYNLOC_EMAIL", raising=False)
    monkeypatch.delenv("SYNLOC_PASSWORD", raising=False)


def _write(text: str) -> None:
    credentials_file().parent.mkdir(parents=True)
    credentials_file().write_text(text)


def test_find_credentials__none_and_nobody_to_ask(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *_: pytest.fail("asked on a prompt"))
    with pytest.raises(UserError, match="SYNLOC_EMAIL and SYNLOC_PASSWORD"):
        find_credentials()


def test_find_credentials__environment_before_file(monkeypatch):
    _write(json.dumps(["file@x.org", "from-file"]))
    assert find_credentials()[:2] == ("file@x.org", "from-file")
    monkeypatch.setenv("SYNLOC_EMAIL", "a@x.org")
    monkeypatch.setenv("SYNLOC_PASSWORD", "secret")
    assert find_credentials()[:2] == ("a@x.org", "secret")


@pytest.mark.parametrize("name", ["SYNLOC_EMAIL", "SYNLOC_PASSWORD"])
def test_find_credentials__only_one_of_two(monkeypatch, name):
    monkeypatch.setenv(name, "value")
    with pytest.raises(UserError, match="not set, though its partner is"):
        find_credentials()


@pytest.mark.parametrize("text", ['["a@x.org", "hunter2"', '{"a": "hunter2"}', '["hunter2"]', '["a", 2, "hunter2"]'])
def test_find_credentials__broken_file_is_not_quoted(text):
    _write(text)
    with pytest.raises(UserError, match=r"credentials\.json: cannot be used") as caught:
        find_credentials()
    assert "hunter2" not in str(caught.value)


def test_credentials__never_shown():
    credentials = Credentials("a@x.org", "hunter2", "here")
    assert "hunter2" not in f"{credentials!r} {credentials}"
    assert credentials.redact("no user a@x.org with hunter2") == "no user *** with ***"
