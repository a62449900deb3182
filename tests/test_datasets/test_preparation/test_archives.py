from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest

from mmsynloc.datasets.preparation.archives import find_fault, find_zip, open_zip, plan_members
from mmsynloc.utils import UserError

CONTENT = b"0123456789" * 500


def _zip(path: Path, names: list[str], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name in names:
            archive.writestr(name, CONTENT)
    return path


def _plan(path: Path, split: str | None = "train") -> dict[str, str]:
    with open_zip(path) as archive:
        return {m.info.filename: m.target.as_posix() for m in plan_members(archive, split)}


def test_plan_members__empty_zip(tmp_path):
    with pytest.raises(UserError, match="neither images nor annotations"):
        _plan(_zip(tmp_path / "train.zip", []))


@pytest.mark.parametrize("name", ["000001.jpg", "train/000001.jpg", "data/SpiideoSynLoc/train/000001.jpg"])
def test_plan_members__whatever_folders_are_around(tmp_path, name):
    assert _plan(_zip(tmp_path / "train.zip", [name])) == {name: "train/000001.jpg"}


def test_plan_members__valid_is_val(tmp_path):
    path = _zip(tmp_path / "val.zip", ["valid/000001.jpg", "000002.jpg"])
    assert set(_plan(path, "val").values()) == {"val/000001.jpg", "val/000002.jpg"}


def test_plan_members__annotations(tmp_path):
    path = _zip(tmp_path / "annotations.zip", ["annotations/train.json", "val.json"])
    assert set(_plan(path, None).values()) == {"annotations/train.json", "annotations/val.json"}


@pytest.mark.parametrize("wrapper", ["", "train/", "data/SpiideoSynLoc/train/"])
def test_plan_members__keeps_sub_folders(tmp_path, wrapper):
    names = [f"{wrapper}game 1/000000.jpg", f"{wrapper}game 2/000000.jpg"]
    path = _zip(tmp_path / "train.zip", names)
    assert list(_plan(path).values()) == ["train/game 1/000000.jpg", "train/game 2/000000.jpg"]


@pytest.mark.parametrize("wrapper", ["", "train/", "SoccerNet/train/"])
def test_plan_members__old_layout(tmp_path, wrapper):
    path = _zip(tmp_path / "train.zip", [f"{wrapper}annotations.json", f"{wrapper}images/000001.jpg"])
    assert list(_plan(path).values()) == ["annotations/train.json", "train/000001.jpg"]


def test_plan_members__old_layout_of_the_challenge(tmp_path):
    path = _zip(tmp_path / "challenge.zip", ["challenge/annotations.json", "challenge/images/000001.jpg"])
    expected = ["annotations/challenge_public.json", "challenge/000001.jpg"]
    assert list(_plan(path, "challenge").values()) == expected


def test_plan_members__leaves_out_what_is_no_data(tmp_path):
    names = ["train/000001.jpg", "__MACOSX/train/000001.jpg", "train/.DS_Store", "README.txt", "train/"]
    assert list(_plan(_zip(tmp_path / "train.zip", names))) == ["train/000001.jpg"]


@pytest.mark.parametrize(
    "name", ["../evil.jpg", "/etc/evil.jpg", "train/../../evil.jpg", "..\\evil.jpg", "C:/evil.jpg"]
)
def test_plan_members__refuses_paths_that_leave_the_folder(tmp_path, name):
    with pytest.raises(UserError, match=r"train\.zip: entry .*evil\.jpg.* leaves the folder"):
        _plan(_zip(tmp_path / "train.zip", ["train/000001.jpg", name]))


def test_plan_members__refuses_links(tmp_path):
    info = zipfile.ZipInfo("train/000001.jpg")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "train.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(UserError, match="is a link; nothing was extracted"):
        _plan(tmp_path / "train.zip")


def test_plan_members__refuses_two_entries_for_one_file(tmp_path):
    with pytest.raises(UserError, match=r"are one file, train.000001\.jpg"):
        _plan(_zip(tmp_path / "train.zip", ["000001.jpg", "train/000001.jpg"]))


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_find_fault__whole_zip_is_remembered(tmp_path, compression):
    path = _zip(tmp_path / "train.zip", ["000001.jpg"], compression)
    assert find_fault(path, progress=False) is None
    status = path.stat()
    path.write_bytes(b"x" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert find_fault(path, progress=False) is None  # same size and time: not read again
    os.utime(path)
    assert find_fault(path, progress=False) is not None


@pytest.mark.parametrize("keep", [0, 10, 3000])
def test_find_fault__cut_short(tmp_path, keep):
    path = _zip(tmp_path / "train.zip", ["000001.jpg"])
    path.write_bytes(path.read_bytes()[:keep])
    assert "cut short" in find_fault(path, progress=False)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_find_fault__corrupt_in_the_middle_names_the_entry(tmp_path, compression):
    path = _zip(tmp_path / "train.zip", ["000001.jpg", "000002.jpg"], compression)
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF  # inside the first entry's data, which starts after 40 bytes of header and name
    path.write_bytes(data)
    assert "000001.jpg is corrupt" in find_fault(path, progress=False)


def test_find_zip__first_folder_and_alias(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert find_zip([tmp_path / "a", tmp_path / "b"], "val") is None
    (tmp_path / "b" / "valid.zip").touch()
    assert find_zip([tmp_path / "a", tmp_path / "b"], "val") == tmp_path / "b" / "valid.zip"


def test_open_zip__no_zip(tmp_path):
    (tmp_path / "train.zip").write_bytes(b"<html>")
    with pytest.raises(UserError, match=r"train\.zip: cut short or no zip"):
        open_zip(tmp_path / "train.zip")


def test_find_fault__a_disk_that_cannot_be_read_says_nothing_about_the_zip(tmp_path, monkeypatch):
    path = _zip(tmp_path / "val.zip", ["000001.jpg"])

    def fails(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", fails)
    with pytest.raises(UserError, match=r"val\.zip: cannot be read: Permission denied"):
        find_fault(path, progress=False)
    monkeypatch.undo()
    monkeypatch.setattr(zipfile.ZipExtFile, "read", fails)
    with pytest.raises(UserError, match=r"val\.zip: cannot be read: Permission denied"):
        find_fault(path, progress=False)


@pytest.mark.parametrize("wrapper", ["", "train\\"])
def test_plan_members__backslashes_of_windows(tmp_path, wrapper):
    path = _zip(tmp_path / "train.zip", [f"{wrapper}game 1\\000000.jpg", f"{wrapper}game 2\\000000.jpg"])
    assert list(_plan(path).values()) == ["train/game 1/000000.jpg", "train/game 2/000000.jpg"]


def test_plan_members__images_of_another_split(tmp_path):
    with pytest.raises(UserError, match=r"val\.zip: its images are those of test and train, not of val"):
        _plan(_zip(tmp_path / "val.zip", ["train/000000.jpg", "test/000000.jpg"]), "val")


def test_plan_members__encrypted(tmp_path):
    with zipfile.ZipFile(tmp_path / "val.zip", "w") as archive:
        archive.writestr("000000.jpg", CONTENT)
        archive.infolist()[0].flag_bits |= 1
    with pytest.raises(UserError, match=r"val\.zip: entry '000000\.jpg' is encrypted"):
        _plan(tmp_path / "val.zip", "val")
