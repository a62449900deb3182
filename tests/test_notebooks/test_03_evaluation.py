"""The notebook about evaluation runs from the first to the last cell."""

from __future__ import annotations

import json

import pytest

from mmsynloc.evaluation import score_files
from tests.notebooks import figures, printed, run_notebook


def test_notebook__scores_and_draws(tmp_path, monkeypatch):
    monkeypatch.delenv("SYNLOC_ROOT", raising=False)
    monkeypatch.setenv("SYNLOC_MINI_ROOT", str(tmp_path / "mini"))
    monkeypatch.setenv("SYNLOC_MINI_IMAGES", "1")
    monkeypatch.setenv("SYNLOC_WORK_DIR", str(tmp_path / "run"))
    executed = run_notebook("03_evaluation.ipynb")
    assert figures(executed) == 3  # curves, errors, the worst frame
    results = tmp_path / "run" / "results.json"
    assert len(json.loads(results.read_text())) > 10
    stats = score_files(tmp_path / "mini" / "annotations" / "test.json", results).stats
    printed_ap = float(printed(executed).split("mAP-LocSim ")[1].split()[0])
    assert printed_ap == pytest.approx(stats["AP"], abs=5e-5)  # four decimals
    assert printed_ap > 0
    assert "<html" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
