"""Reading images: the resolution chosen, its exact factor, and files that are broken."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmsynloc.datasets.transforms.image_source import BrokenImageError, decode_image, jpeg_size, load_image


def _encoded(size: tuple[int, int], suffix: str = ".jpg", *options: int) -> bytes:
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (max(size[1] // 40, 2), max(size[0] // 40, 2), 3), dtype=np.uint8)
    picture = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    return cv2.imencode(suffix, picture, list(options))[1].tobytes()


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00", b"\x89PNG\r\n\x1a\n", b"text"])
def test_jpeg_size__not_a_jpeg(data):
    assert jpeg_size(data) is None


def test_jpeg_size__baseline_and_progressive():
    assert jpeg_size(_encoded((1001, 503))) == (1001, 503)
    assert jpeg_size(_encoded((1001, 503), ".jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, 1)) == (1001, 503)


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


def test_decode_image__truncated_file_with_thumbnail():
    # The thumbnail in the header is a whole JPEG of its own; its end marker must not count.
    data, thumbnail = _encoded((400, 200)), _encoded((40, 20))
    segment = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    with_thumbnail = data[:2] + segment + data[2:]
    assert decode_image(with_thumbnail, (400, 200), 1.0, "x").pixels.shape == (200, 400, 3)
    with pytest.raises(BrokenImageError, match="truncated"):
        decode_image(with_thumbnail[:-100], (400, 200), 1.0, "x")


def test_decode_image__trailing_bytes_do_no_harm():
    assert decode_image(_encoded((400, 200)) + bytes(5000), (400, 200), 1.0, "x").pixels.shape == (200, 400, 3)


@pytest.mark.parametrize("data", [b"text", b"\xff\xd8\xff\xd9", bytes(100)])
def test_decode_image__not_an_image(data):
    with pytest.raises(BrokenImageError, match=r"^x: "):
        decode_image(data, (400, 200), 1.0, "x")


@pytest.mark.parametrize("needed", [1.0, 0.2])
def test_decode_image__of_another_shape(needed):
    with pytest.raises(BrokenImageError, match="400x300, annotated as 400x200"):
        decode_image(_encoded((400, 300)), (400, 200), needed, "x")
