from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[3] / "tools" / "dataset" / "convert.py"


@pytest.fixture
def run(monkeypatch, capsys):
    def _run(*args) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", [str(TOOL), *map(str, args)])
        with pytest.raises(SystemExit) as caught:
            runpy.run_path(str(TOOL), run_name="__main__")
        captured = capsys.readouterr()
        return caught.value.code, captured.out, captured.err

    return _run


def test_convert_tool__yolo_and_coco(run, root, tmp_path):
    options = ["--root", root, "--no-progress", "--out"]
    assert run("yolo", *options, tmp_path / "yolo")[0] == 0
    assert (tmp_path / "yolo" / "data.yaml").exists()
    code, out, _ = run("coco", *options, tmp_path / "coco", "--to-size", "1920x1080")
    assert code == 0
    assert "train.json: 2 annotations" in out


def test_convert_tool__predictions_from_full_hd(run, root, tmp_path):
    detection = {"image_id": "000001.jpg", "bbox": [480, 270, 96, 108], "score": 0.5, "keypoints": [1.0, 2.0, 3.0, 4.0]}
    (tmp_path / "p.json").write_text(json.dumps([detection]))
    arguments = [tmp_path / "p.json", "--ann-file", root / "annotations" / "train.json", "--out", tmp_path / "r.json"]
    code, out, _ = run("predictions", *arguments, "--from-size", "1920x1080")
    assert code == 0
    assert "1 detections in annotated pixels" in out
    (result,) = json.loads((tmp_path / "r.json").read_text())
    assert result["keypoints"] == [2.5, 4.5, 0.5, 6.5, 8.5, 0.5]  # (x + 0.5) * 2 - 0.5


def test_convert_tool__one_line_for_each_mistake(run, root, tmp_path):
    arguments = ["--ann-file", root / "annotations" / "train.json", "--out", tmp_path / "r.json"]
    code, _, err = run("predictions", tmp_path / "absent.json", *arguments)
    assert (code, err) == (1, f"error: {tmp_path / 'absent.json'}: no such file\n")
    code, _, err = run("coco", "--root", tmp_path / "absent", "--out", tmp_path)
    assert (code, err) == (1, f"error: {tmp_path / 'absent'}: no annotations/*.json\n")
    code, _, err = run("predictions", "p.json", *arguments, "--normalised", "--from-size", "1920x1080")
    assert code == 1
    assert "leave it out with --normalised" in err


@pytest.mark.parametrize("size", ["1920", "1920x", "0x10", "axb"])
def test_convert_tool__bad_size_is_refused(run, tmp_path, size):
    code, _, err = run("coco", "--root", tmp_path, "--out", tmp_path, "--to-size", size)
    assert code == 2  # argparse's own
    assert size in err
