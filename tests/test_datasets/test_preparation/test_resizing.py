from __future__ import annotations

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mmsynloc.datasets.preparation import disk, resize
from mmsynloc.datasets.preparation.resizing import MANIFEST_NAME, default_output, resize_image, target_size
from mmsynloc.files.image_probe import image_size
from mmsynloc.structures import scale_points_px
from mmsynloc.utils import UserError
from tests.test_files.damaged import cut


def _blob_image(size: tuple[int, int], centre: tuple[float, float], sigma: float) -> np.ndarray:
    x, y = np.arange(size[0]), np.arange(size[1])[:, None]
    blob = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * sigma**2))
    return np.repeat((40 + 200 * blob)[..., None], 3, -1).round().astype(np.uint8)


def _centroid(image: np.ndarray) -> np.ndarray:
    weight = np.clip(image.mean(-1) - 45, 0, None)  # JPEG noise of the background stays below 5
    y, x = np.indices(weight.shape)
    return np.array([(x * weight).sum(), (y * weight).sum()]) / weight.sum()


@pytest.mark.parametrize("width", [960, 640, 480, 320, 240])
@pytest.mark.parametrize("centre", [(600.0, 350.0), (603.25, 345.7)])
def test_resize_image__exact_at_the_pixel_centres(tmp_path, width, centre):
    size = (1920, 1080)  # the widths take decoding at 1/2, 1/4 and 1/8 and what remains
    cv2.imwrite(str(tmp_path / "a.jpg"), _blob_image(size, centre, 40), [cv2.IMWRITE_JPEG_QUALITY, 98])
    new_size = target_size(size, width)
    assert resize_image(tmp_path / "a.jpg", tmp_path / "b.jpg", new_size, quality=98) is None
    image = cv2.imread(str(tmp_path / "b.jpg"))
    assert image.shape[1::-1] == new_size
    expected = scale_points_px(np.array(centre), width / size[0])
    # 8 bits and JPEG leave about 0.005 px; half a pixel of misplaced grid would be 0.25 px or more
    np.testing.assert_allclose(_centroid(image), expected, atol=0.02)


@pytest.mark.parametrize(
    ("size", "width", "expected"),
    [((3840, 2160), 1280, (1280, 720)), ((3840, 2160), 864, (864, 486)), ((100, 50), 100, (100, 50))],
)
def test_target_size__keeps_the_aspect_ratio(size, width, expected):
    assert target_size(size, width) == expected


@pytest.mark.parametrize(("width", "words"), [(1000, "take 992 or 1008"), (4000, "only 3840"), (0, "take 16 or 32")])
def test_target_size__widths_that_do_not_fit(width, words):
    with pytest.raises(ValueError, match=words):
        target_size((3840, 2160), width)


@pytest.fixture
def root(tmp_path, make_dataset) -> Path:
    return make_dataset(tmp_path / "data", train=20, val=2, people=2)


def _resize(root, width=192, **options):
    return resize(root, width, progress=False, **{"workers": 1} | options)


def test_resize__no_images(tmp_path):
    with pytest.raises(UserError, match="no images in train, val"):
        _resize(tmp_path)


@pytest.mark.parametrize("workers", [1, 2])
def test_resize__copies_annotations_and_manifest(root, workers):
    out = default_output(root, 192)
    assert _resize(root, workers=workers) == (22, 0, [])
    assert {image_size(p) for p in out.glob("*/*.jpg")} == {(192, 108)}
    assert (out / "annotations/val.json").read_bytes() == (root / "annotations/val.json").read_bytes()
    manifest = json.loads((out / MANIFEST_NAME).read_text())
    assert manifest["complete"]
    assert manifest["splits"] == {"train": 20, "val": 2}
    assert (manifest["image_size"], manifest["original_size"]) == ([192, 108], [384, 216])


def test_resize__goes_on_after_an_interruption(root, tmp_path):
    out = tmp_path / "out"
    _resize(root, out=out)
    kept, partial, lost = (out / "train" / f"00000{i}.jpg" for i in range(3))
    os.utime(kept, ns=(1, 1))
    partial.write_bytes(b"")
    os.utime(lost.rename(out / "train" / ".000002-abcd1234.jpg"), (0, 0))
    assert _resize(root, out=out)[:2] == (2, 20)
    assert kept.stat().st_mtime_ns == 1
    assert len(list((out / "train").iterdir())) == 20


def test_resize__splits_one_after_the_other(root, tmp_path):
    _resize(root, out=tmp_path / "out", splits=("val",))
    _resize(root, out=tmp_path / "out", splits=("train",))
    assert json.loads((tmp_path / "out" / MANIFEST_NAME).read_text())["splits"] == {"train": 20, "val": 2}


def test_resize__broken_image_is_named_and_the_rest_done(root):
    path = root / "train" / "000004.jpg"
    path.write_bytes(path.read_bytes()[:-300])
    summary = _resize(root)
    assert summary.written == 21
    assert summary.faults == [f"{path}: truncated JPEG"]
    assert not json.loads((default_output(root, 192) / MANIFEST_NAME).read_text())["complete"]


def test_resize__half_an_image_is_not_copied(root):
    path = root / "train" / "000004.jpg"
    path.write_bytes(cut(path.read_bytes(), 0.5, closed=True))
    assert _resize(root).faults[0].startswith(f"{path}: damaged: Corrupt JPEG data")
    assert not (default_output(root, 192) / "train" / "000004.jpg").exists()


def test_resize__orientation_tag_is_ignored(root):
    path, exif = root / "train" / "000004.jpg", Image.Exif()
    exif[274] = 6
    Image.open(path).save(path, exif=exif)
    assert _resize(root).faults == []
    assert image_size(default_output(root, 192) / "train" / "000004.jpg") == (192, 108)


def test_resize__one_file_name_in_two_folders(root):
    for i in range(2):
        (root / "val" / f"game {i}").mkdir()
        (root / "val" / f"{i:06d}.jpg").rename(root / "val" / f"game {i}" / "000000.jpg")
    out = default_output(root, 192)
    assert _resize(root).faults == []
    assert sorted(str(p.relative_to(out)) for p in out.glob("val/**/*.jpg")) == [
        "val/game 0/000000.jpg",
        "val/game 1/000000.jpg",
    ]
    left = out / "val" / "game 1" / ".000000-abcd1234.jpg"  # what a killed run leaves
    left.touch()
    os.utime(left, (0, 0))
    assert _resize(root) == (0, 22, [])
    assert len(list((out / "val" / "game 1").iterdir())) == 1


def test_resize__image_of_another_aspect_ratio_is_named(root):
    cv2.imwrite(str(root / "val" / "000001.jpg"), np.zeros((216, 300, 3), np.uint8))
    assert "300x216 pixels do not fit" in _resize(root).faults[0]


def test_resize__other_parameters_need_another_folder(root, tmp_path):
    _resize(root, out=tmp_path / "out")
    with pytest.raises(UserError, match="other parameters"):
        _resize(root, width=96, out=tmp_path / "out")
    with pytest.raises(UserError, match="other parameters"):
        _resize(root, quality=80, out=tmp_path / "out")


def test_resize__never_over_the_originals(root, tmp_path, make_dataset):
    with pytest.raises(UserError, match="a folder of their own"):
        _resize(root, out=root)
    with pytest.raises(UserError, match="no resized copies"):
        _resize(root, out=make_dataset(tmp_path / "other", people=1))


def test_resize__bad_width_writes_nothing(root, tmp_path):
    with pytest.raises(UserError, match=r"--width 100: .* take 96 or 112"):
        _resize(root, width=100, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_resize__disk_full(root, monkeypatch):
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: type("U", (), {"free": 10}))
    with pytest.raises(UserError, match="not enough disk space"):
        _resize(root)


@pytest.mark.parametrize("content", ['{"splits": null}', '{"splits": []}', "[]"])
def test_resize__strange_manifest(root, tmp_path, content):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / MANIFEST_NAME).write_text(content)
    with pytest.raises(UserError, match=r"resize\.json: is no manifest of resized copies"):
        _resize(root, out=tmp_path / "out")


def test_resize__a_copy_cut_in_half_is_made_anew(root, tmp_path):
    _resize(root, out=tmp_path / "out")
    copy = tmp_path / "out" / "train" / "000000.jpg"
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])
    assert _resize(root, out=tmp_path / "out").written == 1
    assert copy.read_bytes() == whole


@pytest.mark.parametrize("out", ["train", "val/small", "annotations/copies"])
def test_resize__not_among_the_images(root, out):
    with pytest.raises(UserError, match="the copies need a folder of their own"):
        _resize(root, out=root / out)


def test_resize__the_size_that_most_images_have(root, tmp_path):
    names = sorted((root / "train").iterdir())
    Image.new("RGB", (500, 500)).save(names[0])
    summary = _resize(root, out=tmp_path / "out")
    assert image_size(tmp_path / "out" / "train" / names[1].name) == (192, 108)
    assert [fault.split(":")[0] for fault in summary.faults] == [str(names[0])]


@pytest.mark.parametrize("suffix", [".webp", ".bmp", ".tif"])
def test_resize__images_of_other_kinds(tmp_path, suffix):
    (tmp_path / "set" / "val").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "set" / "val" / f"a{suffix}"), _blob_image((320, 180), (150.0, 90.0), 20))
    assert resize(tmp_path / "set", 160, tmp_path / "copy", progress=False)[:2] == (1, 0)
    copy = cv2.imread(str(tmp_path / "copy" / "val" / f"a{suffix}"))
    assert copy.shape == (90, 160, 3)
    np.testing.assert_allclose(_centroid(copy), (74.75, 44.75), atol=0.05)  # (x + 0.5) / 2 - 0.5
