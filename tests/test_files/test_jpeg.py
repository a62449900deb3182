"""Structure of JPEG files, and damage that decoders pass over."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from PIL import Image

from mmsynloc.files.jpeg import decode_jpeg, find_gap, parse_jpeg

from .damaged import KINDS, cut, jpeg, picture, scan_bounds, zero_filled

FLAGS = [cv2.IMREAD_COLOR, cv2.IMREAD_REDUCED_COLOR_4]


def _fault(data: bytes, flags: int = cv2.IMREAD_COLOR, thorough: bool = False) -> str | None:
    header = parse_jpeg(data)
    return "no header" if header is None else decode_jpeg(data, header, flags, thorough)[1]


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00", b"\x89PNG\r\n\x1a\n", b"text"])
def test_parse_jpeg__not_a_jpeg(data):
    assert parse_jpeg(data) is None


@pytest.mark.parametrize("kind", KINDS)
def test_parse_jpeg__every_kind(kind):
    header = parse_jpeg(jpeg(**KINDS[kind]))
    assert header.size == (641, 363)
    assert header.components == (1, 2, 3)
    assert header.is_plain == ("progressive" not in kind and "restart" not in kind)


def test_parse_jpeg__random_bytes_never_fail():
    rng = np.random.default_rng(0)
    data = jpeg(picture((40, 30)))
    for _ in range(300):
        damaged = np.frombuffer(data, np.uint8).copy()
        at = rng.integers(0, len(damaged), 12)
        damaged[at] = rng.choice([0, 1, 2, 0xC4, 0xDA, 0xDD, 0xFF], 12)
        header = parse_jpeg(damaged.tobytes())
        assert header is None or find_gap(damaged.tobytes(), header) in (
            None,
            "truncated JPEG",
            "truncated JPEG: scans are missing",
        )


@pytest.mark.parametrize("thorough", [False, True])
@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("kind", KINDS)
def test_decode_jpeg__whole_pictures_raise_no_alarm(kind, flags, thorough):
    pictures = [picture(), picture().convert("L")]
    pictures += [Image.new("RGB", (640, 360), (level,) * 3) for level in (0, 128, 255)]  # runs of zeros, missing grey
    for image in pictures:
        assert _fault(jpeg(image, **KINDS[kind]), flags, thorough) is None


@pytest.mark.parametrize("thorough", [False, True])
def test_decode_jpeg__bytes_after_the_end_do_no_harm(thorough):
    data = jpeg()
    for rest in (bytes(5000), b"junk" * 999, jpeg(picture((40, 30)))):
        assert _fault(data + rest, thorough=thorough) is None


@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("kind", KINDS)
def test_decode_jpeg__cut(kind, part, closed, flags):
    assert _fault(cut(jpeg(**KINDS[kind]), part, closed), flags) is not None
    assert _fault(cut(jpeg(picture().convert("L"), **KINDS[kind]), part, closed), flags) is not None


@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("count", [512, 4096])
@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7])
@pytest.mark.parametrize("kind", KINDS)
def test_decode_jpeg__zero_filled(kind, part, count, flags):
    assert _fault(zero_filled(jpeg(**KINDS[kind]), part, count), flags) is not None


def test_decode_jpeg__lost_scans():
    data = jpeg(progressive=True)
    last = data.rindex(b"\xff\xda")
    assert _fault(data[:last] + b"\xff\xd9") == "truncated JPEG: scans are missing"


def test_decode_jpeg__lost_bytes_are_found_where_asked():
    data = jpeg()
    start, end = scan_bounds(data)
    at = (start + end) // 2
    found = [_fault(data[:at] + data[at + n :], thorough=True) for n in (40, 200, 1000)]
    assert all(found)


def test_decode_jpeg__thumbnail_in_the_header_is_not_the_picture():
    data, thumbnail = jpeg(), jpeg(picture((40, 30)))
    with_thumbnail = data[:2] + b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail + data[2:]
    assert parse_jpeg(with_thumbnail).size == (641, 363)
    assert _fault(with_thumbnail) is None
    assert _fault(with_thumbnail[:-100]) == "truncated JPEG"


def test_decode_jpeg__cmyk():
    data = jpeg(picture().convert("CMYK"))
    assert _fault(data) is None
    assert _fault(cut(data, 0.5, closed=True)) is not None


def test_decode_jpeg__threads_do_not_blame_each_other():
    # a gray flat picture is always watched; the damaged one warns while it is decoded
    flat, broken = jpeg(Image.new("RGB", (640, 360), (128,) * 3)), cut(jpeg(), 0.5, closed=True)
    with ThreadPoolExecutor(4) as pool:
        faults = list(pool.map(_fault, [flat, broken] * 30))
    assert faults[::2] == [None] * 30
    assert all(faults[1::2])


def test_decode_jpeg__lines_of_other_threads_are_handed_on(capfd):
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            os.write(2, b"still there\n")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(20):
            assert _fault(cut(jpeg(), 0.5, closed=True)).startswith("damaged: Corrupt JPEG data")
    finally:
        done.set()
        writer.join()
    lines = capfd.readouterr().err.splitlines()
    assert "still there" in lines
