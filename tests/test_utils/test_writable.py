"""Outputs that cannot be written are refused before the work."""

from __future__ import annotations

import os
import sys

import pytest

from mmsynloc.utils import UserError, check_file, check_folder


def test_check_folder__leaves_nothing_behind(tmp_path):
    check_folder(tmp_path / "new" / "deep", "--work-dir")
    check_folder(tmp_path, "--work-dir")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a_file", "a_file/below", "x" * 300])
def test_check_folder__cannot_be_made(tmp_path, name):
    (tmp_path / "a_file").write_text("")
    with pytest.raises(UserError, match=r"^--work-dir "):
        check_folder(tmp_path / name, "--work-dir")


@pytest.mark.parametrize("name", ["", ".", "a_file/out.json"])
def test_check_file__cannot_be_written(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a_file").write_text("")
    with pytest.raises(UserError, match=r"^--out "):
        check_file(name, "--out")


def test_check_file__good(tmp_path):
    check_file(tmp_path / "new" / "out.json", "--out")
    assert list(tmp_path.iterdir()) == []


def test_check_file__name_that_leaves_no_room_for_a_temporary_one(tmp_path):
    check_file(tmp_path / f"{'x' * 226}.csv", "--out")
    with pytest.raises(UserError, match="its name is longer than 230 bytes"):
        check_file(tmp_path / f"{'x' * 227}.csv", "--out")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_check_file__named_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(UserError, match=r"^--out \S+pipe.csv: cannot be written: a pipe, socket or disk, not a file$"):
        check_file(tmp_path / "pipe.csv", "--out")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such device")
def test_check_file__streams_need_no_room_in_their_folder(monkeypatch):
    monkeypatch.setattr("tempfile.TemporaryFile", None)  # what would try to write into /dev
    for name in ("/dev/stdout", "/dev/fd/2", "/dev/null"):
        check_file(name, "--out")
