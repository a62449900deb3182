"""The command-line tool of the generator."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "dataset" / "make_mini_synloc.py"


def _run(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    monkeypatch.setattr(sys, "argv", [str(TOOL), *args])
    with pytest.raises(SystemExit) as exit_info:
        runpy.run_path(str(TOOL), run_name="__main__")
    return exit_info.value.code or 0


def test_make_mini_synloc__writes_then_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    args = (str(tmp_path / "out"), "--train", "1", "--val", "0", "--test", "0", "--challenge", "0")
    args += ("--image-size", "128x72", "--workers", "1")
    assert _run(monkeypatch, *args) == 0
    assert "written (1 train, 0 val, 0 test, 0 challenge)" in capsys.readouterr().out
    assert _run(monkeypatch, *args) == 0
    assert "already there, kept" in capsys.readouterr().out
    assert _run(monkeypatch, *args, "--seed", "1") == 1
    assert "with --force" in capsys.readouterr().err
    assert _run(monkeypatch, *args, "--seed", "1", "--force") == 0
    assert "written (1 train" in capsys.readouterr().out


def test_make_mini_synloc__errors_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert _run(monkeypatch, str(tmp_path)) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1


def test_make_mini_synloc__rejects_a_size_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    assert _run(monkeypatch, str(tmp_path), "--image-size", "big") == 2
    assert "not a size like 1920x1080: 'big'" in capsys.readouterr().err
