"""Broken files: replaced and counted in training, named in tests, and too many stop the run."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mmsynloc.datasets.transforms import broken_images
from mmsynloc.datasets.transforms.broken_images import BrokenImageLog
from mmsynloc.utils import UserError

from .blobs import BlobDataset, blob_info

PIPELINE = [dict(type="SynLocFitResize", input_size=(64, 64)), dict(type="RenderSynLocImage")]


def _dataset(folder: Path, count: int, broken: int, test_mode: bool = False) -> BlobDataset:
    """``count`` small images, the first ``broken`` of them truncated."""
    data = cv2.imencode(".jpg", np.full((216, 384, 3), 90, np.uint8))[1].tobytes()
    infos = []
    for i in range(count):
        path = folder / f"{i:06d}.jpg"
        path.write_bytes(data[: len(data) // 2] if i < broken else data)
        infos.append(blob_info([], path))
    return BlobDataset(infos, test_mode)


def test_render__broken_image_in_training_is_replaced(tmp_path):
    dataset = _dataset(tmp_path, 200, 1)
    assert dataset.run(0, PIPELINE) is None  # MMEngine then takes another sample
    assert dataset.run(1, PIPELINE)["img"].shape == (64, 64, 3)


def test_render__broken_image_in_test_mode_is_named(tmp_path):
    with pytest.raises(UserError, match=r"000000\.jpg: truncated JPEG$"):
        _dataset(tmp_path, 200, 1, test_mode=True).run(0, PIPELINE)


def test_render__broken_second_image_gives_up_the_sample(tmp_path):
    dataset = _dataset(tmp_path, 200, 0)
    dataset.infos[1:] = [{**blob_info([[100, 100]]), "img_path": str(tmp_path / "none.jpg")}] * 199
    pipeline = [PIPELINE[0], dict(type="SynLocMixUp"), PIPELINE[1]]
    np.random.seed(0)
    assert dataset.run(0, pipeline) is None


def test_broken_image_log__names_each_file_once(monkeypatch):
    messages = []
    monkeypatch.setattr(broken_images, "print_log", lambda message, *_: messages.append(message))
    log = BrokenImageLog()
    for _ in range(3):
        log.add("a.jpg", "a.jpg: truncated JPEG", 1000)
    log.add("b.jpg", "b.jpg: empty file", 1000)
    assert messages == [
        "broken image no. 1, another takes its place: a.jpg: truncated JPEG",
        "broken image no. 2, another takes its place: b.jpg: empty file",
    ]


@pytest.mark.parametrize(("num_images", "allowed"), [(100, 1), (1000, 10), (42_504, 425)])
def test_broken_image_log__more_than_one_percent_stops_the_run(num_images, allowed):
    log = BrokenImageLog()
    for i in range(allowed):
        log.add(f"{i}.jpg", f"{i}.jpg: truncated JPEG", num_images)
    with pytest.raises(UserError, match=f"^{allowed + 1} of {num_images} images are broken, more than 1%: 0.jpg"):
        log.add("last.jpg", "last.jpg: empty file", num_images)


def test_broken_image_log__long_lists_are_cut():
    log = BrokenImageLog()
    log.reasons = {f"{i}.jpg": f"{i}.jpg: empty file" for i in range(31)}
    message = log.summary(60)
    assert message.endswith("19.jpg: empty file; and 11 more")
    assert "\n" not in message


def test_broken_image_log__unknown_number_of_images():
    log = BrokenImageLog()
    for i in range(50):
        log.add(f"{i}.jpg", "empty file", None)
    assert len(log.reasons) == 50
