"""Files are whole or not there, and errors name them."""

from __future__ import annotations

import json

import pytest

from mmsynloc.utils import UserError, atomic_write, dump_json


def test_dump_json__round_trip_makes_folders(tmp_path):
    path = tmp_path / "new" / "a.json"
    dump_json({"x": [1, 2.5]}, path)
    assert json.loads(path.read_text()) == {"x": [1, 2.5]}
    assert [p.name for p in path.parent.iterdir()] == ["a.json"]


def test_dump_json__nan_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.json"
    dump_json([1], path)
    with pytest.raises(ValueError, match="not JSON compliant"):
        dump_json([float("nan")], path)
    assert json.loads(path.read_text()) == [1]
    assert len(list(tmp_path.iterdir())) == 1


def test_atomic_write__failure_leaves_nothing(tmp_path):
    def write_half() -> None:
        with atomic_write(tmp_path / "a.png") as temporary:
            assert temporary.suffix == ".png"
            temporary.write_text("half")
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        write_half()
    assert list(tmp_path.iterdir()) == []


def test_atomic_write__unwritable_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"), atomic_write(tmp_path / "file" / "a.json"):
        pass
