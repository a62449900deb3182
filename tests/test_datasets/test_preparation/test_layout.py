from __future__ import annotations

from pathlib import Path

import pytest

from mmsynloc.datasets.preparation.layout import (
    annotation_path,
    canonical_split,
    default_root,
    image_files,
    parse_splits,
    zip_size,
)
from mmsynloc.utils import UserError


def test_image_files__empty_and_missing_folder(tmp_path):
    assert image_files(tmp_path) == []
    assert image_files(tmp_path / "absent") == []


def test_image_files__sorted_without_hidden_and_other_files(tmp_path):
    for name in ("000002.jpg", "000001.JPG", ".000003-x.jpg", "notes.txt"):
        (tmp_path / name).touch()
    assert image_files(tmp_path) == ["000001.JPG", "000002.jpg"]


def test_image_files__sub_folders_hidden_ones_and_a_link_to_a_folder_above(tmp_path):
    for name in ("game 1/000000.jpg", "game 2/a/000000.jpg", ".trash/000000.jpg", "000000.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "game 1" / "up").symlink_to(tmp_path, target_is_directory=True)
    assert image_files(tmp_path) == ["000000.png", "game 1/000000.jpg", "game 2/a/000000.jpg"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("train", "train"), ("valid", "val"), ("VAL", "val"), ("challenge_public", "challenge"), ("mini", None)],
)
def test_canonical_split__names(name, expected):
    assert canonical_split(name) == expected


def test_parse_splits__official_order_each_once():
    assert parse_splits(["test", "valid", "val", "train"]) == ("train", "val", "test")


def test_parse_splits__unknown_name():
    with pytest.raises(UserError, match="--split tset"):
        parse_splits(["tset"])


def test_default_root__environment_first(monkeypatch):
    monkeypatch.setenv("SYNLOC_ROOT", "elsewhere")
    assert default_root() == Path("elsewhere")
    monkeypatch.setenv("SYNLOC_ROOT", "")
    assert default_root() == Path("data/SoccerNet/SpiideoSynLoc")


def test_annotation_path__challenge_is_public():
    assert annotation_path(Path("r"), "challenge") == Path("r/annotations/challenge_public.json")
    assert annotation_path(Path("r"), "val") == Path("r/annotations/val.json")


def test_zip_size__known_and_in_proportion():
    assert zip_size("4K", "train") == 59_000_000_000
    assert zip_size("fullhd", "val") == 13_000_000_000 * 6777 // 42504
