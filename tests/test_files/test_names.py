"""Which image a name belongs to."""

from __future__ import annotations

import pytest

from mmsynloc.files import ImageNames, normalise_file_name


@pytest.mark.parametrize("name", ["", ".", "/a.jpg", "\\a.jpg", "a/../../b.jpg", "..", "C:/a.jpg", "a\0b"])
def test_normalise_file_name__refuses(name):
    with pytest.raises(ValueError, match=r"empty|absolute|leaves|null"):
        normalise_file_name(name)


@pytest.mark.parametrize(
    ("name", "path"), [("a.jpg", "a.jpg"), ("g 1\\a.jpg", "g 1/a.jpg"), ("./g/./a.jpg", "g/a.jpg"), ("g//a", "g/a")]
)
def test_normalise_file_name__is_a_path_below_the_split(name, path):
    assert normalise_file_name(name) == path


def test_image_names__no_images():
    with pytest.raises(ValueError, match="is not in the annotation file"):
        ImageNames([]).find("a.jpg")


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("one/a.jpg", 0),
        ("two\\a.jpg", 1),
        ("one/a", 0),
        ("b.jpg", 2),
        ("b", 2),
        ("/data/val/two/a.jpg", 1),
        ("C:\\data\\two\\b.jpg", 2),
        ("b.PNG", 2),
        ("/data/val/two/a.tiff", 1),
    ],
)
def test_image_names__whole_name_last_part_or_stem(name, row):
    assert ImageNames(["one/a.jpg", "two/a.jpg", "two/b.jpg"]).find(name) == row


@pytest.mark.parametrize("name", ["a.jpg", "a"])
def test_image_names__a_name_that_fits_two_images(name):
    with pytest.raises(ValueError, match="fits 2 images"):
        ImageNames(["one/a.jpg", "two/a.jpg"]).find(name)


def test_image_names__the_exact_name_wins():
    assert ImageNames(["one/a.jpg", "a.jpg"]).find("a.jpg") == 1


@pytest.mark.parametrize("name", ["three/a.jpg", "/data/a.jpg", "one/b.jpg", "ne/a.jpg"])
def test_image_names__another_folder_is_another_image(name):
    with pytest.raises(ValueError, match="is not in"):
        ImageNames(["one/a.jpg"]).find(name)


@pytest.mark.parametrize("name", ["three/a.jpg", "/data/a.jpg", "a.jpg", "three/a"])
def test_image_names__a_listed_name_without_a_folder_fits_every_folder(name):
    assert ImageNames(["a.jpg"]).find(name) == 0


def test_image_names__one_folder_before_all_names_tells_nothing():
    names = ImageNames(["images/a.jpg", "images/b.jpg"])
    assert names.find("/data/frames/b.jpg") == names.find("b") == 1
    with pytest.raises(ValueError, match="is not in"):
        names.find("c.jpg")


@pytest.mark.parametrize(
    ("listed", "name", "row"),
    [
        (["match", "match.mp4#0"], "match.mp4#0", 1),
        (["match", "match.mp4#0"], "match.mp4#1", 0),
        (["match.mp4", "other.mp4"], "videos/match.mp4#12", 0),
        (["a", "a.jpg"], "a.jpg", 1),
        (["a.2", "a.png"], "a.jpg", 1),
    ],
)
def test_image_names__its_own_name_first(listed, name, row):
    assert ImageNames(listed).find(name) == row


def test_image_names__a_dot_is_not_always_a_suffix():
    with pytest.raises(ValueError, match="is not in"):
        ImageNames(["a.2", "b.png"]).find("a.png")


def test_image_names__the_one_without_a_folder():
    assert ImageNames(["one/a.jpg", "a.jpg"]).find("a") == 1


def test_image_names__listed_paths_may_be_the_longer_ones():
    names = ImageNames(["/data/val/one/a.jpg", "/data/val/two/a.jpg"])
    assert names.find("two/a.jpg") == names.find("val/two/a") == 1
    with pytest.raises(ValueError, match="fits 2 images"):
        names.find("a.jpg")
