"""The notebook about the data runs from the first to the last cell."""

from __future__ import annotations

from tests.notebooks import figures, run_notebook

NAME = "01_setup_and_data.ipynb"


def test_notebook__makes_its_own_data_set(tmp_path, monkeypatch):
    monkeypatch.delenv("SYNLOC_ROOT", raising=False)
    monkeypatch.setenv("SYNLOC_MINI_ROOT", str(tmp_path / "mini"))
    monkeypatch.setenv("SYNLOC_MINI_IMAGES", "2")
    executed = run_notebook(NAME)
    assert len(list((tmp_path / "mini" / "train").glob("*.jpg"))) == 2
    assert figures(executed) == 7  # histograms, positions, three samples, crops, the reach of a pixel


def test_notebook__reads_the_data_set_at_synloc_root(real_frame, monkeypatch):
    monkeypatch.setenv("SYNLOC_ROOT", str(real_frame))
    assert figures(run_notebook(NAME)) == 5  # one sample only
