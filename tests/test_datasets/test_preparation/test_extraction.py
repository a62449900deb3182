from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from mmsynloc.datasets.preparation import disk, extract
from mmsynloc.datasets.preparation.downloading import zip_folder
from mmsynloc.utils import UserError


def _pack(tree: Path, folder: Path, prefix: str = "") -> None:
    """The zips of a tree, as the official download lays them out."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("annotations", "train", "val"):
        with zipfile.ZipFile(folder / f"{part}.zip", "w") as archive:
            for path in sorted((tree / part).iterdir()):
                archive.write(path, f"{prefix}{part}/{path.name}")


def _files(root: Path) -> dict[str, bytes]:
    parts = [p for p in ("annotations", "train", "val") if (root / p).is_dir()]
    return {str(f.relative_to(root)): f.read_bytes() for p in parts for f in (root / p).rglob("*") if f.is_file()}


@pytest.fixture
def tree(tmp_path, make_dataset) -> Path:
    return make_dataset(tmp_path / "tree", people=2)


@pytest.fixture
def root(tmp_path, tree) -> Path:
    _pack(tree, zip_folder(tmp_path / "data", "4K"))
    return tmp_path / "data"


def _extract(root, **options):
    return extract(root, progress=False, **options)


def test_extract__nothing_there(tmp_path):
    with pytest.raises(UserError, match="no zips to extract"):
        _extract(tmp_path)


def test_extract__official_layout(root, tree):
    assert dict(_extract(root)) == {"annotations": 2, "train": 3, "val": 2}
    assert _files(root) == _files(tree)


def test_extract__deeper_zips_and_zips_in_the_root(tmp_path, tree):
    _pack(tree, tmp_path / "data", prefix="SoccerNet/SpiideoSynLoc/")
    _extract(tmp_path / "data")
    assert _files(tmp_path / "data") == _files(tree)


@pytest.mark.parametrize("names", [[], ["train", "annotations"], ["images"]])
def test_extract__source_with_nothing_to_extract(tmp_path, names):
    source = tmp_path / "source"
    source.mkdir()
    for name in names:
        (source / name).mkdir()
    with pytest.raises(UserError, match=r"source: no zips to extract, no annotations/\*\.json and no images in train/"):
        _extract(tmp_path / "data", source=source)
    with pytest.raises(UserError, match=r"train\.zip: not found in .*source and no images in train/"):
        _extract(tmp_path / "data", source=source, splits=("train",))
    assert not (tmp_path / "data").exists()


def _to_old_layout(tree: Path) -> None:
    for split, name in (("train", "train"), ("val", "val")):
        (tree / split / "images").mkdir()
        for path in list((tree / split).glob("*.jpg")):
            path.rename(tree / split / "images" / path.name)
        (tree / "annotations" / f"{name}.json").rename(tree / split / "annotations.json")
    (tree / "annotations").rmdir()


def test_extract__old_layout_from_a_tree(tmp_path, tree):
    wanted = _files(tree)
    _to_old_layout(tree)
    counts = _extract(tmp_path / "data", source=tree)
    assert counts == {"annotations": 2, "train": 3, "val": 2}
    assert _files(tmp_path / "data") == wanted


def _to_sub_folders(tree: Path) -> None:
    for i, path in enumerate(sorted((tree / "train").glob("*.jpg"))):
        (tree / "train" / f"game {i}").mkdir()
        path.rename(tree / "train" / f"game {i}" / "000000.jpg")


def test_extract__one_file_name_in_two_folders(tmp_path, tree):
    _to_sub_folders(tree)
    assert _extract(tmp_path / "data", source=tree)["train"] == 3
    assert _files(tmp_path / "data") == _files(tree)


def test_extract__goes_on_after_an_interruption(root, tree):
    _extract(root)
    kept, partial, lost = (root / "train" / f"00000{i}.jpg" for i in range(3))
    os.utime(kept, ns=(1, 1))
    partial.write_bytes(partial.read_bytes()[:50])
    left = lost.rename(root / "train" / ".000002-abcd1234.jpg")  # what a killed run leaves behind
    os.utime(left, (0, 0))
    _extract(root)
    assert _files(root) == _files(tree)
    assert kept.stat().st_mtime_ns == 1


def test_extract__corrupt_entry_leaves_no_file(root):
    path = zip_folder(root, "4K") / "train.zip"
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        offset = archive.infolist()[1].header_offset
    data[offset + 300] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"train\.zip: corrupt .*run the download again"):
        _extract(root)
    assert sorted(p.name for p in (root / "train").iterdir()) == ["000000.jpg"]


def test_extract__cut_zip(root):
    path = zip_folder(root, "4K") / "train.zip"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UserError, match=r"train\.zip: cut short"):
        _extract(root)


def test_extract__path_that_leaves_the_folder(root):
    with zipfile.ZipFile(zip_folder(root, "4K") / "train.zip", "a") as archive:
        archive.writestr("../../evil.jpg", b"x")
    with pytest.raises(UserError, match="leaves the folder"):
        _extract(root)
    assert not list(root.rglob("evil.jpg"))
    assert not (root / "train").exists()


def test_extract__disk_full(root, monkeypatch):
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: type("U", (), {"free": 10}))
    with pytest.raises(UserError, match="not enough disk space"):
        _extract(root)
    assert _files(root) == {}


def test_extract__split_that_is_not_there(root):
    assert dict(_extract(root, splits=("val",))) == {"annotations": 2, "val": 2}
    with pytest.raises(UserError, match=r"test\.zip: not found"):
        _extract(root, splits=("test",))


def test_extract__two_versions_need_a_choice(root, tree, tmp_path):
    _pack(tree, zip_folder(root, "fullhd"))
    with pytest.raises(UserError, match="choose one with --version"):
        _extract(root)


def test_extract__4k_and_full_hd_are_not_mixed(root, tmp_path, make_dataset):
    _extract(root)
    other = make_dataset(tmp_path / "other", size=(192, 108), people=2)
    with pytest.raises(UserError, match=r"384x216 .* 192x108; keep the versions apart"):
        _extract(root, source=other)


def test_extract__images_of_the_other_version(tmp_path, make_dataset):
    tree = make_dataset(tmp_path / "tree", size=(1920, 1080), people=2, train=1, val=1)
    _pack(tree, tmp_path / "zips")
    with pytest.raises(UserError, match="1920x1080 pixels, which is not --version 4K"):
        _extract(tmp_path / "data", source=tmp_path / "zips", version="4K")
    assert _extract(tmp_path / "data", source=tmp_path / "zips", version="fullhd")["train"] == 1


def test_extract__source_tree_is_copied(tmp_path, tree):
    (tree / "val").rename(tree / "valid")
    assert dict(_extract(tmp_path / "data", source=tree)) == {"annotations": 2, "train": 3, "val": 2}
    (tree / "valid").rename(tree / "val")
    assert _files(tmp_path / "data") == _files(tree)


def test_extract__missing_source(tmp_path):
    with pytest.raises(UserError, match="absent: no such folder"):
        _extract(tmp_path / "data", source=tmp_path / "absent")


def test_extract__counts_each_file_where_it_belongs(tmp_path, tree):
    folder = zip_folder(tmp_path / "data", "4K")
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "train.zip", "w") as archive:
        for path in sorted(tree.rglob("*.j*")):
            archive.write(path, path.relative_to(tree).as_posix())
    assert dict(_extract(tmp_path / "data")) == {"annotations": 2, "train": 3, "val": 2}


def test_extract__a_link_to_nothing(tmp_path, tree):
    (tree / "val" / "x.jpg").symlink_to("nowhere.jpg")
    with pytest.raises(UserError, match=r"x\.jpg: cannot be read: No such file or directory \(a link to nothing\)"):
        _extract(tmp_path / "data", source=tree, splits=["val"])


def test_extract__what_macos_leaves_beside_annotations(tmp_path, tree):
    (tree / "annotations" / "._val.json").write_bytes(b"\0\5\26\7")
    assert _extract(tmp_path / "data", source=tree)["annotations"] == 2
    assert not (tmp_path / "data" / "annotations" / "._val.json").exists()


def test_extract__a_name_that_no_file_system_has(tmp_path, tree):
    folder = zip_folder(tmp_path / "data", "4K")
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "val.zip", "w") as archive:
        archive.write(tree / "val" / "000000.jpg", f"val/{'a' * 300}/000000.jpg")
    with pytest.raises(UserError, match=r"a/000000\.jpg: cannot be written: File name too long"):
        _extract(tmp_path / "data")


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("entry", [0, 1])  # the first one is looked at for its size, too
def test_extract__damage_inside_other_compressions(root, tree, compression, entry):
    path = zip_folder(root, "4K") / "train.zip"
    with zipfile.ZipFile(path, "w", compression) as archive:
        for file in sorted((tree / "train").iterdir()):
            archive.write(file, f"train/{file.name}")
    with zipfile.ZipFile(path) as archive:
        offset = archive.infolist()[entry].header_offset
    data = bytearray(path.read_bytes())
    data[offset + 70 : offset + 90] = bytes(byte ^ 0xFF for byte in data[offset + 70 : offset + 90])
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"train\.zip: corrupt .*run the download again"):
        _extract(root)
