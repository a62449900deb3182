from __future__ import annotations

import json

import pytest
import yaml

from mmsynloc.datasets.annotations import load_frames
from mmsynloc.datasets.converters import export_yolo
from mmsynloc.datasets.converters.yolo import yolo_lines
from mmsynloc.utils import UserError


def _labels(path) -> list[list[float]]:
    return [[float(number) for number in line.split()] for line in path.read_text().splitlines()]


def test_yolo_lines__nobody(root):
    assert yolo_lines(list(load_frames(root / "annotations" / "train.json"))[1]) == []


def test_export_yolo__numbers_by_hand(root, tmp_path):
    assert export_yolo(root, tmp_path / "yolo", progress=False) == {"train": 2}
    inside, cut = _labels(tmp_path / "yolo" / "labels" / "train" / "000000.txt")
    # box 960..1152 x 540..756 of 3840 x 2160; keypoints (1055.5 + 0.5) / 3840 and so on
    expected = [0, 0.275, 0.3, 0.05, 0.1, 0.275, 0.3, 2, 1050 / 3840, 750 / 2160, 2]
    assert inside == pytest.approx(expected, abs=1e-7)
    # the box is clipped at 3840; a keypoint on the edge stays, one beyond it is not labelled
    expected = [0, 3820 / 3840, 0.525, 40 / 3840, 0.05, 1.0, 0.525, 2, 0, 0, 0]
    assert cut == pytest.approx(expected, abs=1e-7)
    assert (tmp_path / "yolo" / "labels" / "train" / "000001.txt").read_text() == ""


def test_yolo_lines__box_outside_the_frame_is_left_out(root):
    frame = next(load_frames(root / "annotations" / "train.json"))
    frame["bbox"][1] += 100
    assert len(yolo_lines(frame)) == 1


def test_export_yolo__data_file(root, tmp_path):
    export_yolo(root, tmp_path / "yolo", progress=False)
    data = yaml.safe_load((tmp_path / "yolo" / "data.yaml").read_text())
    assert data["kpt_shape"] == [2, 3]
    assert data["flip_idx"] == [0, 1]
    assert data["names"] == {0: "person"}
    assert (data["train"], data["val"]) == ("images/train", "images/train")


@pytest.mark.parametrize("mode", ["link", "copy"])
def test_export_yolo__images_lie_beside_the_labels(root, tmp_path, mode):
    for _ in range(2):  # a second run replaces the first
        export_yolo(root, tmp_path / "yolo", images=mode, progress=False)
    image = tmp_path / "yolo" / "images" / "train" / "000001.jpg"
    assert image.read_bytes() == b"an image"
    assert image.is_symlink() == (mode == "link")
    assert not image.parent.is_symlink()  # trainers resolve links of folders, and then find no labels


def test_export_yolo__challenge_has_images_without_labels(root, tmp_path):
    assert export_yolo(root, tmp_path / "yolo", ("challenge",), progress=False) == {"challenge": 2}
    assert len(list((tmp_path / "yolo" / "images" / "challenge").iterdir())) == 2
    assert list((tmp_path / "yolo" / "labels" / "challenge").iterdir()) == []


def test_export_yolo__missing_image_and_missing_data(root, tmp_path):
    (root / "train" / "000001.jpg").unlink()
    with pytest.raises(UserError, match=r"000001\.jpg: no such image"):
        export_yolo(root, tmp_path / "yolo", progress=False)
    assert not (tmp_path / "yolo" / "data.yaml").exists()
    assert export_yolo(root, tmp_path / "yolo", images="none", progress=False) == {"train": 2}
    with pytest.raises(UserError, match="no annotations"):
        export_yolo(tmp_path / "absent", tmp_path / "yolo", progress=False)


def test_export_yolo__invisible_keypoint_is_not_labelled(root, tmp_path):
    path = root / "annotations" / "train.json"
    data = json.loads(path.read_text())
    data["annotations"][0]["keypoints"][0][2] = 0
    path.write_text(json.dumps(data))
    export_yolo(root, tmp_path / "yolo", images="none", progress=False)
    assert _labels(tmp_path / "yolo" / "labels" / "train" / "000000.txt")[0][5:8] == [0, 0, 0]
