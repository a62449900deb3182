"""The bodies that come with the package, and the tool that bakes them."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from mmsynloc.minisynloc.bodies import BODIES_PATH, BONES, PARENTS, load_body_model, vertex_normals

TOOL = str(Path(__file__).parents[2] / "tools" / "dataset" / "bake_bodies.py")


def test_load_body_model__is_small_closed_and_of_height_1() -> None:
    assert BODIES_PATH.stat().st_size < 100_000
    model = load_body_model()
    vertices = model.mean[: -len(BONES)]
    assert np.ptp(vertices[:, 2]) == pytest.approx(1, abs=0.01)
    np.testing.assert_allclose(model.weights.sum(1), 1, atol=2e-3)  # float16
    edges = {tuple(edge) for face in model.faces for edge in (face[[0, 1]], face[[1, 2]], face[[2, 0]])}
    assert np.mean([(b, a) in edges for a, b in edges]) > 0.97  # but for the openings of mouth and eyes
    assert {*np.unique(model.bone)} == set(range(len(BONES)))


def test_parents__come_before_their_children() -> None:
    assert len(PARENTS) == len(BONES)
    assert all(parent < bone for bone, parent in enumerate(PARENTS))


def test_vertex_normals__of_a_flat_square() -> None:
    square = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    np.testing.assert_allclose(vertex_normals(square, np.array([[0, 1, 2], [0, 2, 3]])), [[0, 0, 1]] * 4)


def test_bake_bodies__without_anny_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "anny", None)
    monkeypatch.setattr(sys, "argv", [TOOL, "--out", str(tmp_path / "bodies.npz")])
    with pytest.raises(SystemExit) as exit_info:
        runpy.run_path(TOOL, run_name="__main__")
    assert exit_info.value.code == 1
    error = capsys.readouterr().err
    assert "pip install -e .[bodies]" in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())
