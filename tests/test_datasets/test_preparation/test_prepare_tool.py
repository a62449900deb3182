"""The command line: exit codes, one line an error."""

from __future__ import annotations

import runpy
import sys
import zipfile
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[3] / "tools" / "dataset" / "prepare_synloc.py"


@pytest.fixture
def run(monkeypatch, capsys):
    """``run(*args)`` gives the exit code, stdout and stderr."""

    def _run(*args) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", [str(TOOL), *map(str, args)])
        with pytest.raises(SystemExit) as caught:
            runpy.run_path(str(TOOL), run_name="__main__")
        captured = capsys.readouterr()
        return caught.value.code, captured.out, captured.err

    return _run


def test_prepare_tool__from_zips_to_a_checked_small_copy(run, tmp_path, make_dataset):
    tree, root = make_dataset(tmp_path / "tree", people=3), tmp_path / "data"
    (tmp_path / "drive").mkdir()
    for part in ("annotations", "train", "val"):
        with zipfile.ZipFile(tmp_path / "drive" / f"{part}.zip", "w") as archive:
            for path in (tree / part).iterdir():
                archive.write(path, f"{part}/{path.name}")
    options = ["--root", root, "--no-progress"]
    assert run("download", *options, "--split", "train", "valid", "--source", tmp_path / "drive")[0] == 0
    assert "3 files in train" in run("extract", *options)[1]
    assert "5 copies written" in run("resize", *options, "--width", 192)[1]
    code, out, _ = run(
        "check", "--source", tmp_path / "data_192", "--figures", tmp_path / "f", "--json", tmp_path / "r"
    )
    assert code == 0
    assert "loading scales the labels by 0.05" in out
    assert (tmp_path / "f" / "positions.png").exists()
    assert (tmp_path / "r").exists()


def test_prepare_tool__root_from_the_environment(run, tmp_path, make_dataset, monkeypatch):
    monkeypatch.setenv("SYNLOC_ROOT", str(make_dataset(tmp_path)))
    assert run("check", "--no-figures", "--no-progress")[0] == 0
    (tmp_path / "val" / "000000.jpg").unlink()
    code, out, _ = run("check", "--no-figures", "--no-progress")
    assert code == 1
    assert "problem: val: 1 image of the annotations missing" in out


@pytest.mark.parametrize("command", ["extract", "resize", "check"])
def test_prepare_tool__missing_data_is_one_line(run, tmp_path, command):
    code, _, err = run(command, "--root", tmp_path / "absent")
    assert code == 1
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert "absent" in err


def test_prepare_tool__download_without_credentials_is_one_line(run, tmp_path, monkeypatch):
    for name in ("SYNLOC_EMAIL", "SYNLOC_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("mmsynloc.datasets.preparation.downloading.require_space", lambda *_: None)
    code, _, err = run("download", "--root", tmp_path / "data")
    assert code == 1
    assert err.startswith("error: no credentials: register at https://research.spiideo.com")
    assert err.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_prepare_tool__broken_image_makes_resize_fail(run, tmp_path, make_dataset):
    root = make_dataset(tmp_path / "data")
    (root / "val" / "000000.jpg").write_bytes(b"")
    code, out, _ = run("resize", "--root", root, "--width", 192, "--no-progress")
    assert code == 1
    assert "not copied: " in out
    assert "4 copies written" in out
