"""What a look at a file tells, and which damage it finds."""

from __future__ import annotations

import pytest

from mmsynloc.files.image_probe import image_size, orientation_warning, probe_image

from .damaged import cut, jpeg, picture, png, turned, zero_filled


def test_probe_image__empty_missing_and_foreign_files(tmp_path):
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("<html>")
    assert probe_image(tmp_path / "empty.jpg").fault == "empty file"
    assert probe_image(tmp_path / "text.jpg").fault == "no image"
    assert probe_image(tmp_path / "absent.jpg").fault.startswith("cannot be read")


@pytest.mark.parametrize("decode", [False, True])
def test_probe_image__whole(tmp_path, decode):
    path = tmp_path / "a.jpg"
    for rest in (b"", bytes(64), bytes(5000)):
        path.write_bytes(jpeg() + rest)
        assert probe_image(path, decode) == ((641, 363), None, 1)
    assert image_size(path) == (641, 363)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_probe_image__truncated_is_seen_without_decoding(tmp_path, part):
    path = tmp_path / "a.jpg"
    path.write_bytes(cut(jpeg(), part, closed=False))
    assert probe_image(path).fault == "truncated JPEG"
    data = png(picture())
    path.write_bytes(data[: int(len(data) * part)])
    assert probe_image(path).fault == "truncated PNG"


def test_probe_image__damage_in_the_middle_is_seen_by_decoding(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(zero_filled(jpeg(), 0.5, 512))
    assert probe_image(path).fault is None
    assert "damaged" in probe_image(path, decode=True).fault


def test_probe_image__orientation(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(turned())
    assert probe_image(path, decode=True) == ((80, 40), None, 6)


def test_orientation_warning(tmp_path):
    for name, data in (("upright.jpg", jpeg()), ("turned.jpg", turned()), ("clip.mp4", b"no image")):
        (tmp_path / name).write_bytes(data)
    assert orientation_warning(tmp_path / "upright.jpg") is None
    assert orientation_warning(tmp_path / "clip.mp4") is None
    assert "turned.jpg: its orientation tag (6) is ignored" in str(orientation_warning(tmp_path / "turned.jpg"))


def test_probe_image__damaged_tags_are_no_warning(tmp_path, recwarn):
    data = turned()
    start = data.index(b"Exif") + 6
    (tmp_path / "a.jpg").write_bytes(data[: start + 8] + b"\xff\xff" + data[start + 10 :])  # more tags than there are
    assert probe_image(tmp_path / "a.jpg").fault is None
    assert not recwarn.list
