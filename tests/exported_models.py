"""Fixtures: the package's weights as ONNX files, and frames to look at; once for all tests of a process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.synloc_files import ANNOTATED_SIZE, write_split

WIDTH, HEIGHT = ANNOTATED_SIZE
INPUT_SIZE = (640, 384)  # the frame's own scale, with 12 px of bars above and below
MODEL = ("mmsynloc::demo_synloc.py", "mmsynloc::demo_synloc.pth")
TWO_STAGES = ("mmsynloc::demo_synloc-twostage.py", "mmsynloc::demo_synloc-twostage.pth")


def _export(model: tuple[str, str], folder: Path) -> Path:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from mmsynloc.export import export_onnx

    export_onnx(*model, folder / "model.onnx", INPUT_SIZE)
    return folder / "model.onnx"


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's detector, exported."""
    return _export(MODEL, tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="session")
def two_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The detector's file of the package's two stages, exported; the second one is beside it."""
    return _export(TWO_STAGES, tmp_path_factory.mktemp("two"))


@pytest.fixture(scope="session")
def split(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of one small split, ``val``."""
    root = tmp_path_factory.mktemp("data")
    write_split(root, "val", [[(0, 0), (5, 10), (-3, 4)], []])
    return root


@pytest.fixture(scope="session")
def pictures() -> list[np.ndarray]:
    """Noise, in which a model sees people everywhere; smooth noise; and nothing."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    coarse = rng.integers(0, 256, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)
    return [noise, coarse.repeat(8, 0).repeat(8, 1), np.full((HEIGHT, WIDTH, 3), 90, np.uint8)]
