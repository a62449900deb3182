"""Reading images: the resolution chosen, its exact factor, orientation tags, and files that are broken."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from mmsynloc.files.image_header import ORIENTATION_TAG
from mmsynloc.files.image_probe import probe_image
from mmsynloc.files.images import (
    BrokenImageError,
    decode_image,
    decode_pixels,
    images_in,
    load_image,
    read_image,
    write_image,
)
from mmsynloc.utils import UserError

from .damaged import cut, jpeg, picture, png, turned, zero_filled


def _encoded(size: tuple[int, int], suffix: str = ".jpg", *options: int) -> bytes:
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (max(size[1] // 40, 2), max(size[0] // 40, 2), 3), dtype=np.uint8)
    picture = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    return cv2.imencode(suffix, picture, list(options))[1].tobytes()


@pytest.mark.parametrize(
    ("needed", "reduction"), [(2.0, 1), (1.0, 1), (0.51, 1), (0.5, 2), (0.26, 2), (0.25, 4), (0.125, 8), (0.01, 8)]
)
def test_decode_image__smallest_reduction_that_suffices(needed, reduction):
    # 1001 x 503: libjpeg rounds sizes up, the factor stays 1 / reduction
    image = decode_image(_encoded((1001, 503)), (1001, 503), needed, "a.jpg")
    assert image.pixels.shape == (-(-503 // reduction), -(-1001 // reduction), 3)
    assert image.scale == pytest.approx((1 / reduction, 1 / reduction))


@pytest.mark.parametrize(("file_size", "scale"), [((1920, 1080), (0.5, 0.5)), ((854, 480), (854 / 3840, 480 / 2160))])
def test_decode_image__smaller_copies_have_their_own_factor(file_size, scale):
    image = decode_image(_encoded(file_size), (3840, 2160), 1.0, "a.jpg")
    assert image.pixels.shape[1::-1] == file_size
    assert image.scale == pytest.approx(scale)


def test_decode_image__resolution_counts_from_the_annotated_size():
    # A Full HD file of a 4K frame that is needed at a quarter of 4K is decoded at a half.
    assert decode_image(_encoded((1920, 1080)), (3840, 2160), 0.25, "a.jpg").pixels.shape == (540, 960, 3)


def test_decode_image__png_is_averaged():
    picture = np.zeros((4, 8, 3), np.uint8)
    picture[::2] = 200
    data = cv2.imencode(".png", picture)[1].tobytes()
    image = decode_image(data, (8, 4), 0.5, "a.png")
    assert image.pixels.shape == (2, 4, 3)
    assert np.all(image.pixels == 100)
    assert image.scale == (0.5, 0.5)


def test_decode_image__reduced_jpeg_keeps_places():
    # A smooth ramp: pixel x of the reduced image shows x' = (x + 0.5) * 4 - 0.5 of the full one.
    ramp = np.repeat(np.linspace(20, 230, 640)[None], 320, axis=0)
    picture = np.repeat(np.rint(ramp).astype(np.uint8)[..., None], 3, axis=2)
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 98])[1].tobytes()
    reduced = decode_image(data, (640, 320), 0.25, "a.jpg").pixels[..., 0].astype(float)
    expected = np.interp((np.arange(160) + 0.5) * 4 - 0.5, np.arange(640), ramp[0])
    # 0.33 grey levels a pixel: a shift of half a reduced pixel would be 0.66 on average
    assert abs((reduced.mean(axis=0) - expected).mean()) < 0.15


def test_load_image__missing_and_empty_file(tmp_path):
    with pytest.raises(BrokenImageError, match=r"none\.jpg: No such file"):
        load_image(str(tmp_path / "none.jpg"), (8, 8), 1.0)
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(BrokenImageError, match=r"empty\.jpg: empty file"):
        load_image(str(tmp_path / "empty.jpg"), (8, 8), 1.0)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.99])
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_decode_image__truncated_file(suffix, part):
    data = _encoded((400, 200), suffix)
    with pytest.raises(BrokenImageError, match=r"x: (truncated|broken)"):
        decode_image(data[: int(len(data) * part)], (400, 200), 1.0, "x")


@pytest.mark.parametrize("data", [b"text", b"\xff\xd8\xff\xd9", bytes(100)])
def test_decode_image__not_an_image(data):
    with pytest.raises(BrokenImageError, match=r"^x: "):
        decode_image(data, (400, 200), 1.0, "x")


@pytest.mark.parametrize("needed", [1.0, 0.2])
def test_decode_image__of_another_shape(needed):
    with pytest.raises(BrokenImageError, match="400x300, annotated as 400x200"):
        decode_image(_encoded((400, 300)), (400, 200), needed, "x")


def test_decode_image__padded_to_blocks_of_16():
    with pytest.raises(BrokenImageError, match="1920x1088, annotated as 3840x2160: not the same shape"):
        decode_image(_encoded((1920, 1088)), (3840, 2160), 0.1, "x")


@pytest.mark.parametrize("damage", [lambda d: cut(d, 0.6, closed=True), lambda d: zero_filled(d, 0.5, 512)])
def test_decode_image__never_half_a_frame(damage):
    with pytest.raises(BrokenImageError, match=r"^x: damaged"):
        decode_image(damage(jpeg()), (641, 363), 0.5, "x")


def test_decode_image__orientation_tag_is_ignored():
    # labels hold for the stored pixels
    for needed in (1.0, 0.25):
        image = decode_image(turned(), (80, 40), needed, "x")
        assert image.pixels.shape[0] * 2 == image.pixels.shape[1]
    np.testing.assert_equal(decode_pixels(turned(), "x"), decode_pixels(jpeg(picture((80, 40))), "x"))


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_decode_pixels__png_cut(part):
    data = png(picture((120, 90)))
    assert decode_pixels(data, "x").shape == (90, 120, 3)
    with pytest.raises(BrokenImageError, match="PNG"):
        decode_pixels(data[: int(len(data) * part)], "x")
    with pytest.raises(BrokenImageError):
        decode_pixels(data[: int(len(data) * part)] + data[-12:], "x")


def test_decode_pixels__png_zero_filled():
    data = png(picture((120, 90)))
    half = len(data) // 2
    with pytest.raises(BrokenImageError, match="damaged PNG"):
        decode_pixels(data[:half] + bytes(100) + data[half + 100 :], "x")


def test_read_image__whole_missing_and_broken(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg())
    assert read_image(path).shape == (363, 641, 3)
    path.write_bytes(cut(jpeg(), 0.5, closed=True))
    with pytest.raises(UserError, match=r"a\.jpg: damaged: Corrupt JPEG data"):
        read_image(path)
    with pytest.raises(UserError, match=r"b\.jpg: No such file"):
        read_image(tmp_path / "b.jpg")


def test_write_image__reads_back_and_says_its_size(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    for name in ("new/a.png", "without_suffix"):
        assert write_image(tmp_path / name, pixels) == (tmp_path / name).stat().st_size
        np.testing.assert_array_equal(read_image(tmp_path / name), pixels)


def test_write_image__unknown_suffix(tmp_path):
    with pytest.raises(UserError, match=r"a\.xyz: cannot be written as an image: unknown suffix '\.xyz'"):
        write_image(tmp_path / "a.xyz", np.zeros((2, 2, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("orientation", range(1, 9))
def test_read_image__tiff_as_it_is_stored(tmp_path, orientation):
    stored, tag = picture((30, 20)), Image.Exif()
    tag[ORIENTATION_TAG] = orientation
    path = tmp_path / "a.tiff"
    stored.save(path, exif=tag)
    assert (read_image(path) == np.asarray(stored)[..., ::-1]).all()
    assert probe_image(path, decode=True) == ((30, 20), None, orientation)


def test_images_in__hidden_ones_and_folders_do_not_count(tmp_path):
    for name in ("b.jpg", "a.PNG", "._a.jpg", ".thumbnails/a.jpg", "games/a.jpg", "games/.x/a.jpg", "x.jpg/a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert images_in(tmp_path) == [tmp_path / "a.PNG", tmp_path / "b.jpg"]
    assert images_in(tmp_path, below=True) == [tmp_path / "a.PNG", tmp_path / "b.jpg", tmp_path / "games" / "a.jpg"]
    assert images_in(tmp_path / ".thumbnails") == [tmp_path / ".thumbnails" / "a.jpg"]
