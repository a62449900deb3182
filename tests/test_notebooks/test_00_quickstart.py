"""The quick start runs from the first to the last cell, also on a photograph that is no part of a data set."""

from __future__ import annotations

from tests.notebooks import figures, printed, run_notebook


def test_notebook__finds_athletes_in_frames_and_in_a_photograph(tmp_path, monkeypatch):
    monkeypatch.delenv("SYNLOC_ROOT", raising=False)
    monkeypatch.setenv("SYNLOC_MINI_ROOT", str(tmp_path / "mini"))
    monkeypatch.setenv("SYNLOC_MINI_IMAGES", "1")
    executed = run_notebook("00_quickstart.ipynb")
    text = printed(executed)
    assert figures(executed) == 3  # the frame, the camera's lines, the photograph
    counts = [int(line.split()[-2]) for line in text.splitlines() if line.endswith(" athletes")]
    assert len(counts) == 2
    assert min(counts) > 3  # of some twenty people in a rendered frame
    error_px = float(text.split("error ")[1].split(" px")[0])
    assert error_px < 5  # clicks are whole pixels, and two coefficients cannot bend as the scene's lens does
