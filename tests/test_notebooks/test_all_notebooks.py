"""What every notebook keeps to."""

from __future__ import annotations

import os

import nbformat
import pytest

from tests.notebooks import NOTEBOOKS


@pytest.fixture(params=sorted(path.name for path in NOTEBOOKS.glob("*.ipynb")))
def notebook(request) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / request.param, as_version=4)


def test_notebook__stored_without_outputs(notebook):
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(cells) > 5
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


def test_notebook__names_no_account_and_no_folder_of_the_author(notebook):
    text = "".join(cell.source for cell in notebook.cells)
    assert os.path.expanduser("~") + "/" not in text
    assert "@" not in text
