"""Damage of zips of every kind of compression."""

from __future__ import annotations

import zipfile

import pytest

from mmsynloc.utils.zips import ZIP_ERRORS, find_entry_fault, unpacking

KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def _zip(path, kind, name="a.json"):
    with zipfile.ZipFile(path, "w", kind) as archive:
        archive.writestr(name, b"some text that goes on " * 40)
    return path


def _overwrite(path, offset, length):
    data = bytearray(path.read_bytes())
    data[offset : offset + length] = bytes(byte ^ 0x5A for byte in data[offset : offset + length])
    path.write_bytes(data)


@pytest.mark.parametrize("kind", KINDS)
def test_find_entry_fault__none(tmp_path, kind):
    with zipfile.ZipFile(_zip(tmp_path / "a.zip", kind)) as archive:
        assert find_entry_fault(archive, archive.infolist()[0]) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", [0, 6, 20])  # the stream's own header and its data
def test_find_entry_fault__damaged_data(tmp_path, kind, first):
    path = _zip(tmp_path / "a.zip", kind)
    _overwrite(path, 30 + len("a.json") + first, 8)
    with zipfile.ZipFile(path) as archive:
        assert isinstance(find_entry_fault(archive, archive.infolist()[0]), ZIP_ERRORS)


def test_zip_errors__name_that_is_not_what_its_flag_says(tmp_path):
    path = _zip(tmp_path / "a.zip", zipfile.ZIP_STORED, "\u00e4.json")
    path.write_bytes(path.read_bytes().replace("\u00e4".encode(), b"\xff\xff"))
    with pytest.raises(ZIP_ERRORS):
        zipfile.ZipFile(path)


def test_unpacking__errors_of_the_disk_stay():
    with pytest.raises(OSError, match="No space"), unpacking():
        raise OSError(28, "No space left on device")
