from __future__ import annotations

import json

import numpy as np
import pytest
import yaml

from mmsynloc.datasets.converters import export_yolo
from mmsynloc.datasets.converters.yolo import yolo_lines
from mmsynloc.utils import UserError


def _labels(path) -> list[list[float]]:
    return [[float(number) for number in line.split()] for line in path.read_text().splitlines()]


def test_yolo_lines__nobody():
    assert yolo_lines(np.zeros((0, 4)), np.zeros((0, 2, 3)), (3840, 2160)) == []


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


def test_yolo_lines__box_outside_the_frame_is_left_out():
    boxes = np.array([[10.0, 10, 30, 60], [3850, 10, 3870, 60]])
    assert len(yolo_lines(boxes, np.ones((2, 2, 3)), (3840, 2160))) == 1


def test_export_yolo__unknown_way_of_placing_images(root, tmp_path):
    with pytest.raises(ValueError, match="link, copy, none, not 'move'"):
        export_yolo(root, tmp_path / "yolo", images="move")
    assert not (tmp_path / "yolo").exists()


def test_export_yolo__data_file(root, tmp_path):
    export_yolo(root, tmp_path / "yolo", progress=False)
    data = yaml.safe_load((tmp_path / "yolo" / "data.yaml").read_text())
    assert data["kpt_shape"] == [2, 3]
    assert data["flip_idx"] == [0, 1]
    assert data["names"] == {0: "person"}
    assert (data["train"], data["val"]) == ("images/train", "images/train")


def test_export_yolo__splits_of_a_former_run_stay_in_the_data_file(root, tmp_path):
    (root / "annotations" / "val.json").write_bytes((root / "annotations" / "train.json").read_bytes())
    for split in ("train", "val"):
        export_yolo(root, tmp_path / "yolo", [split], images="none", progress=False)
    data = yaml.safe_load((tmp_path / "yolo" / "data.yaml").read_text())
    assert (data["train"], data["val"]) == ("images/train", "images/val")


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


def _rename(root, names: list[str]) -> None:
    path = root / "annotations" / "train.json"
    data = json.loads(path.read_text())
    for image, name in zip(data["images"], names):
        source, target = root / "train" / image["file_name"], root / "train" / name.replace("\\", "/")
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
        target.write_bytes(name.encode())
        image["file_name"] = name
    path.write_text(json.dumps(data))


@pytest.mark.parametrize("mode", ["link", "copy"])
def test_export_yolo__one_file_name_in_two_folders(root, tmp_path, mode):
    _rename(root, ["game 1/000000.jpg", "game 2\\000000.jpg"])
    assert export_yolo(root, tmp_path / "yolo", images=mode, progress=False) == {"train": 2}
    images, labels = (tmp_path / "yolo" / folder / "train" for folder in ("images", "labels"))
    assert (images / "game 1" / "000000.jpg").read_bytes() == b"game 1/000000.jpg"
    assert (images / "game 2" / "000000.jpg").read_bytes() == b"game 2\\000000.jpg"
    assert len(_labels(labels / "game 1" / "000000.txt")) == 2
    assert _labels(labels / "game 2" / "000000.txt") == []


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["000000.jpg", "000000.png"], "would have one label file"),
        (["game/images/000000.jpg", "000001.jpg"], "in a folder `images`"),
        (["../000000.jpg", "000001.jpg"], "leaves the split's folder"),
    ],
)
def test_export_yolo__labels_that_would_be_lost(root, tmp_path, names, words):
    _rename(root, names)
    with pytest.raises(UserError, match=words):
        export_yolo(root, tmp_path / "yolo", progress=False)
    assert not (tmp_path / "yolo").exists()


@pytest.mark.parametrize("mode", ["link", "copy"])
def test_export_yolo__never_over_the_images_themselves(root, tmp_path, mode):
    root.rename(tmp_path / "images")
    with pytest.raises(UserError, match="is the data set's own image"):
        export_yolo(tmp_path / "images", tmp_path, images=mode, progress=False)
    assert (tmp_path / "images" / "train" / "000000.jpg").read_bytes() == b"an image"


def test_export_yolo__links_that_leave_the_folder(root, tmp_path):
    (tmp_path / "yolo" / "images").mkdir(parents=True)
    (tmp_path / "yolo" / "images" / "train").symlink_to(root / "train", target_is_directory=True)
    with pytest.raises(UserError, match="is a link that leaves"):
        export_yolo(root, tmp_path / "yolo", progress=False)
    assert (root / "train" / "000000.jpg").read_bytes() == b"an image"


def test_export_yolo__a_folder_that_cannot_be_made(root, tmp_path):
    (tmp_path / "yolo").write_text("a file")
    with pytest.raises(UserError, match=r"yolo.*: cannot be made: "):
        export_yolo(root, tmp_path / "yolo", progress=False)


def test_export_yolo__images_and_labels_of_another_data_set(root, tmp_path):
    export_yolo(root, tmp_path / "yolo", progress=False)
    for other in ("images/train/other.png", "labels/train/other.txt"):
        (tmp_path / "yolo" / other).touch()
        with pytest.raises(UserError, match=rf"{other}: is of another data set"):
            export_yolo(root, tmp_path / "yolo", progress=False)
        (tmp_path / "yolo" / other).unlink()
    export_yolo(root, tmp_path / "yolo", progress=False)


def test_export_yolo__a_folder_with_signs_of_yaml_in_its_name(root, tmp_path):
    out = tmp_path / "run #2: Größe"
    export_yolo(root, out, progress=False)
    assert yaml.safe_load((out / "data.yaml").read_text(encoding="utf-8"))["path"] == str(out)
