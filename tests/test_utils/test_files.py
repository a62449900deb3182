"""Files are whole or not there, and errors name them."""

from __future__ import annotations

import json
import os
import sys

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


def test_atomic_write__error_of_another_file_names_that_file(tmp_path):
    with pytest.raises(UserError, match=r"absent\.json: No such file") as raised, atomic_write(tmp_path / "out.json"):
        (tmp_path / "absent.json").read_text()
    assert "cannot be written" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_atomic_write__temporary_file_cannot_be_made(tmp_path, monkeypatch):
    """On a read-only disk the error names a file that nobody asked for."""

    def refuse(dir=None, **kwargs):
        raise PermissionError(13, "Permission denied", f"{dir}/.a-x1.json")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(UserError, match=r"a\.json: cannot be written: Permission denied"):
        dump_json({}, tmp_path / "a.json")


def test_atomic_write__of_a_link_the_file_that_it_points_to_is_replaced(tmp_path):
    (tmp_path / "store").mkdir()
    link = tmp_path / "a.json"
    link.symlink_to(tmp_path / "store" / "b.json")
    for value in (1, 2):  # the file is not there at first
        dump_json(value, link)
        assert link.is_symlink()
        assert json.loads((tmp_path / "store" / "b.json").read_text()) == value
    assert [p.name for p in (tmp_path / "store").iterdir()] == ["b.json"]


def test_atomic_write__into_devices_and_open_streams(tmp_path):
    dump_json([1], os.devnull)
    assert not os.path.isfile(os.devnull)
    reader, writer = os.pipe()
    dump_json([1, 2], f"/dev/fd/{writer}")
    os.close(writer)
    with open(reader) as stream:
        assert json.load(stream) == [1, 2]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")
def test_atomic_write__full_device():
    with pytest.raises(UserError, match=r"^/dev/full: cannot be written: No space left"):
        dump_json([1], "/dev/full")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_atomic_write__folders_and_named_pipes_stay(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name, reason in (("pipe", "a pipe, socket or disk"), ("folder", "a folder")):
        with pytest.raises(UserError, match=f"{name}: cannot be written: {reason}, not a file"):
            dump_json([1], tmp_path / name)
    assert (tmp_path / "pipe").is_fifo()
    assert len(list(tmp_path.iterdir())) == 2
