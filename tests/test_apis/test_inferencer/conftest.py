"""A small model: the package's weights with a small input; and exported models."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exported_models import exported, pictures, split, two_files

__all__ = ["exported", "pictures", "small_config", "split", "two_files"]


@pytest.fixture
def small_config(tmp_path: Path) -> Path:
    """A config of the package's weights that sees frames at 320x192; its data set is ``tmp_path / "data"``."""
    path = tmp_path / "small.py"
    path.write_text(
        '_base_ = "mmsynloc::demo_synloc.py"\n'
        f"_root = {str(tmp_path / 'data')!r}\n"
        "test_dataloader = dict(num_workers=0, persistent_workers=False, pin_memory=False,\n"
        "    dataset=dict(input_size=(320, 192), data_root=_root))\n"
    )
    return path
