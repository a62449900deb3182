"""The notebook about training runs from the first to the last cell, on a CPU and a tiny data set."""

from __future__ import annotations

from mmsynloc.apis.submission_check import check_submission
from tests.notebooks import NOTEBOOKS, figures, printed, run_notebook
from tests.test_tools.test_train_test_submit import SMALL


def test_notebook__trains_scores_and_submits(tmp_path, monkeypatch):
    monkeypatch.delenv("SYNLOC_ROOT", raising=False)
    monkeypatch.setenv("SYNLOC_MINI_ROOT", str(tmp_path / "mini"))
    monkeypatch.setenv("SYNLOC_MINI_IMAGES", "4")
    monkeypatch.setenv("SYNLOC_WORK_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("SYNLOC_TRAIN_OPTIONS", " ".join([*SMALL, "default_hooks.logger.interval=1"]))
    executed = run_notebook("02_training.ipynb")
    assert not (NOTEBOOKS / "work_dirs").exists()  # all is in the work dir
    assert figures(executed) == 2  # curves, one of the two test images
    text = printed(executed)
    assert "has no checkpoint to go on from: the training starts anew" in text
    assert "--resume would go on from epoch_2.pth" in text
    annotations = tmp_path / "mini" / "annotations" / "challenge_public.json"
    assert check_submission(tmp_path / "run" / "submission.zip", annotations).problems == []
