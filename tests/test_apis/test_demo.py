"""The demo from end to end, small, and the weights that come with the package."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest
import torch

from mmsynloc.apis.demo import run_demo, run_instant_demo
from mmsynloc.apis.submission_check import check_submission

TOOL = Path(__file__).parents[2] / "tools" / "demo.py"


@pytest.fixture(autouse=True)
def _undo(monkeypatch):
    """What a demo, which has its process to itself, leaves behind."""
    monkeypatch.setenv("SYNLOC_ROOT", "set by the demo")
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def _is_picture(path: Path) -> bool:
    return path.read_bytes()[:4] == b"\x89PNG"


def test_demo__writes_all_that_it_promises(tmp_path, capsys):
    summary = run_demo(tmp_path, counts={"train": 4, "val": 2, "test": 2, "challenge": 0}, epochs=2)
    assert json.loads((tmp_path / "summary.json").read_text()) == summary
    assert summary["shipped"]["AP"] > summary["test"]["AP"]  # two steps of training teach nothing
    assert check_submission(tmp_path / "submission.zip", tmp_path / "minisynloc/annotations/test.json").problems == []
    assert _is_picture(tmp_path / "overview.png")
    assert _is_picture(tmp_path / "overview_shipped.png")
    printed = capsys.readouterr().out
    assert "two stages" in printed
    assert f"{summary['shipped']['AP']:.3f}" in printed


def test_instant_demo__shipped_weights_find_athletes_at_unseen_venues(tmp_path):
    summary = run_instant_demo(tmp_path, num_images=2)
    assert summary["shipped"]["AP"] > 0.3  # half of what they reach on 60 frames
    assert _is_picture(tmp_path / "overview_shipped.png")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--instant", "--epochs", "3"], "--instant trains nothing"),
        (["--instant", "--test", "3"], "--instant trains nothing"),
        (["--epochs", "1"], "--epochs must be at least 2"),
    ],
)
def test_tool__flags_that_do_not_fit(monkeypatch, capsys, arguments, message):
    monkeypatch.setattr(sys, "argv", ["demo.py", *arguments])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(TOOL), run_name="__main__")
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
