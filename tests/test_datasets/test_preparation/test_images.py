from __future__ import annotations

import os

import cv2
import numpy as np
import pytest

from mmsynloc.datasets.preparation.images import decode_image, image_size, probe_image


@pytest.fixture
def jpeg(tmp_path):
    image = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    path = tmp_path / "000000.jpg"
    cv2.imwrite(str(path), image)
    return path


def test_probe_image__empty_missing_and_foreign_files(tmp_path):
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("<html>")
    assert probe_image(tmp_path / "empty.jpg") == (None, "empty file")
    assert probe_image(tmp_path / "text.jpg") == (None, "no image")
    assert probe_image(tmp_path / "absent.jpg").fault.startswith("cannot be read")


@pytest.mark.parametrize("decode", [False, True])
def test_probe_image__whole(jpeg, decode):
    assert probe_image(jpeg, decode) == ((80, 60), None)
    assert image_size(jpeg) == (80, 60)


def test_probe_image__padding_after_the_end_is_fine(jpeg):
    jpeg.write_bytes(jpeg.read_bytes() + bytes(64))
    assert probe_image(jpeg, decode=True).fault is None


@pytest.mark.parametrize("part", [0.4, 0.9])
def test_probe_image__truncated_is_seen_without_decoding(jpeg, part):
    data = jpeg.read_bytes()
    jpeg.write_bytes(data[: int(part * len(data))])
    assert probe_image(jpeg).fault is not None


def test_probe_image__damage_in_the_middle_is_seen_by_decoding(jpeg):
    data = bytearray(jpeg.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    jpeg.write_bytes(data)
    assert probe_image(jpeg).fault is None
    assert "damaged" in probe_image(jpeg, decode=True).fault


def test_decode_image__png_and_capture_leaves_stderr_alone(tmp_path, capfd):
    cv2.imwrite(str(tmp_path / "a.png"), np.full((4, 5, 3), 7, np.uint8))
    image, fault = decode_image(tmp_path / "a.png")
    assert fault is None
    assert (image == 7).all()
    np.testing.assert_equal(image.shape, (4, 5, 3))
    os.write(2, b"still there\n")
    assert "still there" in capfd.readouterr().err
