"""The notebook runs from the first to the last cell, and is stored without outputs."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01_setup_and_data.ipynb"


def _run(cells_of: nbformat.NotebookNode) -> nbformat.NotebookNode:
    client = pytest.importorskip("nbclient").NotebookClient(
        cells_of, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOK.parent)}}
    )
    return client.execute()


def _figures(notebook: nbformat.NotebookNode) -> int:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


@pytest.fixture
def notebook() -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def test_notebook__stored_without_outputs(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(cells) > 5
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


def test_notebook__names_no_account_and_no_folder_of_the_author(notebook):
    text = "".join(cell.source for cell in notebook.cells)
    assert os.path.expanduser("~") + "/" not in text
    assert "@" not in text


def test_notebook__makes_its_own_data_set(notebook, tmp_path, monkeypatch):
    monkeypatch.delenv("SYNLOC_ROOT", raising=False)
    monkeypatch.setenv("SYNLOC_MINI_ROOT", str(tmp_path / "mini"))
    monkeypatch.setenv("SYNLOC_MINI_IMAGES", "2")
    executed = _run(notebook)
    assert len(list((tmp_path / "mini" / "train").glob("*.jpg"))) == 2
    assert _figures(executed) == 7  # histograms, positions, three samples, crops, the reach of a pixel


def test_notebook__reads_the_data_set_at_synloc_root(notebook, real_frame, monkeypatch):
    monkeypatch.setenv("SYNLOC_ROOT", str(real_frame))
    assert _figures(_run(notebook)) == 5  # one sample only
