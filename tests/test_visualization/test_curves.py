"""The curves of a training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from mmsynloc.visualization.curves import plot_curves, read_scalars


def _write(work_dir: Path, run: str, entries: list[dict], end: str = "\n") -> None:
    path = work_dir / run / "vis_data" / "scalars.json"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(map(json.dumps, entries)) + end)


def test_read_scalars__nothing_logged(tmp_path):
    assert read_scalars(tmp_path) == ([], [])
    assert read_scalars(tmp_path / "absent") == ([], [])


@pytest.fixture
def work_dir(tmp_path) -> Path:
    """A run that was killed while it wrote step 30, and the one that went on from step 20."""
    first = [dict(loss=3.0, lr=0.1, step=10), dict(loss=2.0, lr=0.1, step=20), {"locsim/AP": 0.25, "step": 1}]
    _write(tmp_path, "20260101_000000", first, end='\n{"loss": 1.')
    second = [dict(loss=1.5, lr=0.1, step=20), dict(loss=1.0, lr=0.2, step=30), {"locsim/AP": 0.5, "step": 2}]
    _write(tmp_path, "20260102_000000", second)
    return tmp_path


def test_read_scalars__of_a_resumed_run(work_dir):
    train, val = read_scalars(work_dir)
    assert [(entry["step"], entry["loss"]) for entry in train] == [(10, 3.0), (20, 1.5), (30, 1.0)]
    assert [(entry["step"], entry["locsim/AP"]) for entry in val] == [(1, 0.25), (2, 0.5)]


def test_plot_curves__three_lines(work_dir, tmp_path):
    axes = Figure().subplots(1, 3)
    plot_curves(axes, work_dir)
    assert [ax.lines[0].get_ydata().tolist() for ax in axes] == [[3.0, 1.5, 1.0], [0.1, 0.1, 0.2], [0.25, 0.5]]
    empty = Figure().subplots(1, 3)
    plot_curves(empty, tmp_path / "absent")
    assert [len(ax.lines) for ax in empty] == [0, 0, 0]


def test_read_scalars__a_shorter_training_from_scratch_in_the_same_folder(tmp_path):
    old = [dict(loss=1.0, step=10 * i, epoch=i) for i in range(1, 6)] + [{"locsim/AP": 0.5, "step": i} for i in (1, 2)]
    _write(tmp_path, "20260101_000000", old)
    _write(tmp_path, "20260102_000000", [dict(loss=9.0, step=10, epoch=1), {"locsim/AP": 0.1, "step": 1}])
    train, val = read_scalars(tmp_path)
    assert [(entry["step"], entry["loss"]) for entry in train] == [(10, 9.0)]
    assert [(entry["step"], entry["locsim/AP"]) for entry in val] == [(1, 0.1)]
