"""The notebook about submissions runs from the first to the last cell, and its zips are sound."""

from __future__ import annotations

from mmsynloc.apis.submission_check import check_submission
from tests.notebooks import printed, run_notebook


def test_notebook__makes_and_checks_submissions(tmp_path, monkeypatch):
    monkeypatch.delenv("SYNLOC_ROOT", raising=False)
    monkeypatch.setenv("SYNLOC_MINI_ROOT", str(tmp_path / "mini"))
    monkeypatch.setenv("SYNLOC_MINI_IMAGES", "1")
    monkeypatch.setenv("SYNLOC_WORK_DIR", str(tmp_path / "run"))
    text = printed(run_notebook("04_submission.ipynb"))
    for split, name in (("test", "test"), ("challenge", "challenge_public")):
        file = tmp_path / "mini" / "annotations" / f"{name}.json"
        assert check_submission(tmp_path / "run" / f"{split}.zip", file).problems == []
    assert "position from keypoint 1" in text
    assert "every detection reaches the threshold" in text
    assert "LocSim, tau 1 m" in text
