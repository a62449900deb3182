"""What docs/cameras.md shows, done."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from mmsynloc.files import read_camera

PAGE = Path(__file__).parents[2] / "docs" / "cameras.md"


def test_worked_example__finds_the_camera(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (code,) = (block for block in blocks if "solvePnP" in block)
    values: dict = {}
    exec(code, values)
    camera = read_camera("camera.npz")
    # the pixels are those of a camera at (-52, 3, 14), to whole pixels
    np.testing.assert_allclose(camera.position_m, [-52, 3, 14], atol=0.1)
    pixels = camera.pitch_to_pixel(np.array(values["pitch_m"], float)).points
    assert np.abs(pixels - values["clicked_px"]).max() < 1.5


def test_json_example__is_read(tmp_path):
    (text,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "camera.json").write_text(text)
    np.testing.assert_allclose(read_camera(tmp_path / "camera.json").position_m, [-52, 3, 14], atol=0.2)
