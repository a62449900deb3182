"""Outputs that are inputs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mmsynloc.cli import camera, convert, ensemble, evaluate, publish, report, submit
from mmsynloc.utils import UserError, refuse_overwriting
from tests.synloc_files import write_split


def test_refuse_overwriting(tmp_path: Path) -> None:
    read = tmp_path / "match.mp4"
    refuse_overwriting("--out", None, [read])
    refuse_overwriting("--out", read, [read, None, "rtsp://camera"])  # there is nothing yet
    read.write_text("")
    (tmp_path / "link.mp4").symlink_to(read)
    refuse_overwriting("--out", tmp_path / "other.mp4", [read, tmp_path])
    refuse_overwriting("--out", "/dev/null", ["/dev/null"])
    for written in (read, tmp_path / "link.mp4", str(tmp_path / "." / "match.mp4")):
        with pytest.raises(UserError, match=r"^--out .*mp4: is read by this command, and would be overwritten$"):
            refuse_overwriting("--out", written, [None, read])


def test_commands__refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_split(tmp_path, "val", [[(0.0, 0.0)]])
    people = json.loads(Path("annotations/val.json").read_text())["annotations"]
    Path("r.json").write_text(json.dumps([{**person, "score": 0.5} for person in people]))
    Path("m.pth").write_text("")
    before = {path: path.read_bytes() for path in Path().rglob("*.*") if path.is_file()}
    commands = [
        (evaluate, "--ann-file annotations/val.json --results r.json --out r.json"),
        (ensemble, "r.json r.json --ann-file annotations/val.json --out r.json"),
        (report, "annotations/val.json r.json --out annotations/val.json"),
        (submit, "--results r.json --ann-file annotations/val.json --score-threshold 0.5 --out r.json"),
        (camera, "annotations/val.json --out annotations/val.json"),
        (publish, "m.pth m.pth"),
        (convert, "coco --root . --split val --out annotations"),
        (convert, "predictions r.json --ann-file annotations/val.json --out r.json"),
    ]
    for command, arguments in commands:
        with pytest.raises(UserError, match="is read by this command, and would be overwritten"):
            command.main(arguments.split())
    assert {path: path.read_bytes() for path in before} == before
