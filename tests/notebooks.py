"""Running notebooks."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def run_notebook(name: str) -> nbformat.NotebookNode:
    """Execute a notebook, in a process of its own, and return it with its outputs."""
    client = pytest.importorskip("nbclient").NotebookClient(
        nbformat.read(NOTEBOOKS / name, as_version=4),
        timeout=900,
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )
    return client.execute()


def figures(notebook: nbformat.NotebookNode) -> int:
    """The number of pictures in the outputs."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


def printed(notebook: nbformat.NotebookNode) -> str:
    """What the cells print."""
    return "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
