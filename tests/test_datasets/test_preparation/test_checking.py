from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from mmsynloc.datasets.data_infos import make_data_infos
from mmsynloc.datasets.preparation import check
from mmsynloc.datasets.preparation.report import as_dict, print_reports
from mmsynloc.files import read_annotations
from mmsynloc.utils import UserError
from tests.test_files.damaged import cut


@pytest.fixture
def root(tmp_path, make_dataset) -> Path:
    return make_dataset(tmp_path / "data")


def _check(root, **options):
    return {r.split: r for r in check(root, progress=False, workers=1, **options)}


def _problems(root, **options):
    return [problem for report in _check(root, **options).values() for problem in report.problems]


def test_check__no_data_set(tmp_path):
    with pytest.raises(UserError, match="no data set"):
        _check(tmp_path)
    with pytest.raises(UserError, match="absent: no such folder"):
        _check(tmp_path / "absent")


def test_check__unknown_way_of_decoding(root):
    with pytest.raises(ValueError, match="sample, all, none, not 'some'"):
        check(root, decode="some")


def test_check__subset_is_healthy_but_not_official(root):
    reports = _check(root)
    assert all(report.healthy for report in reports.values())
    assert (reports["train"].images, reports["train"].annotations, reports["train"].files) == (3, 60, 3)
    assert reports["val"].oracles["position"] == pytest.approx(1.0)
    assert any("42,504 images with 668,259 people" in note for note in reports["train"].notes)
    assert any("loading scales the labels by 0.1" in note for note in reports["train"].notes)
    official = _check(root, official=True)
    assert not any(report.healthy for report in official.values())
    assert list(official) == ["train", "val", "test", "challenge"]


def test_check__challenge_without_people_is_healthy(tmp_path, make_dataset):
    (report,) = _check(make_dataset(tmp_path, challenge=2)).values()
    assert report.healthy
    assert report.annotations is None
    assert report.oracles == {}


def test_check__missing_and_additional_images(root):
    (root / "train" / "000001.jpg").rename(root / "train" / "000009.jpg")
    report = _check(root)["train"]
    assert "1 image of the annotations missing" in report.problems[0]
    assert "000001.jpg" in report.problems[0]
    assert "1 file without an entry in the annotations: 000009.jpg" in report.notes


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: data[:-300], "000001.jpg (truncated JPEG)"),
        (lambda data: b"", "000001.jpg (empty file)"),
        (lambda data: b"<html>", "000001.jpg (no image)"),
        (lambda data: data[: len(data) // 2] + b"\xff" * 60 + data[len(data) // 2 + 60 :], "000001.jpg (damaged"),
    ],
)
def test_check__broken_images_are_named(root, damage, words):
    path = root / "val" / "000001.jpg"
    path.write_bytes(damage(path.read_bytes()))
    (problem,) = _problems(root)
    assert problem.startswith(f"1 broken image in {root / 'val'}: ")
    assert words in problem


@pytest.mark.parametrize("closed", [False, True])
def test_check__half_a_frame_is_broken_even_if_it_was_closed_again(root, closed):
    path = root / "val" / "000001.jpg"
    path.write_bytes(cut(path.read_bytes(), 0.5, closed))
    (problem,) = _problems(root)
    assert "1 broken image" in problem


def test_check__orientation_tag_is_noted(root):
    exif = Image.Exif()
    exif[274] = 6
    Image.open(root / "val" / "000001.jpg").save(root / "val" / "000001.jpg", exif=exif)
    report = _check(root)["val"]
    assert report.healthy
    assert any("1 file with an orientation tag" in note and "000001.jpg" in note for note in report.notes)


def _edit(root: Path, change: Callable[[dict], object]) -> None:
    path = root / "annotations" / "val.json"
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def _set(path: str, value: object) -> Callable[[dict], None]:
    def change(data: dict) -> None:
        *folders, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in folders:
            data = data[step]
        data[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set("images.0.id", None), "images[0]: id: expected an integer, not null"),
        (_set("images.0.id", True), "images[0] (id True): id: expected an integer, not true or false"),
        (_set("images.0.width", "3840"), "width: expected an integer"),
        (_set("images.0.width", 3840.5), "width: expected an integer"),
        (_set("images.0.height", 0), "height"),
        (_set("images.0.camera_matrix", [1.0] * 12), "camera_matrix"),
        (_set("images.0.camera_matrix", [[0.0] * 4] * 3), "edge-on"),
        (_set("images.0.dist_poly", []), "dist_poly"),
        (_set("images.0.undist_poly", None), "undist_poly"),
        (_set("images.0.file_name", "../000000.jpg"), "leaves the split's folder"),
        (_set("images.0.file_name", "/data/000000.jpg"), "is absolute"),
        (_set("images", {}), "images: expected a list, not an object"),
        (_set("images", []), "has no images"),
        (_set("annotations.0.id", "0"), "annotations[0] (id 0): id: expected an integer, not a string"),
        (_set("annotations.0.bbox", [1, 2, 3, 4, 5]), "bbox"),
        (_set("annotations.0.bbox", [1, 2, 3, "4"]), "bbox[3]: expected a number, not a string"),
        (_set("annotations.0.keypoints", [[1, 2, 0, 1], [1, 2, 0, 1]]), "keypoints"),
        (_set("annotations.0.keypoints", [1.0, 2.0]), "not triplets"),
        (_set("annotations.0.position_on_pitch", [1.0]), "position_on_pitch"),
        (_set("annotations.0.area", -1), "area is negative"),
        (_set("annotations.0.image_id", 99), "image_id 99 is not among the images"),
        (_set("annotations.1.id", 0), "the id is that of entry [0] too"),
        (lambda d: d["images"].append(d["images"][0]), "images[2] (id 0): the id is that of entry [0] too"),
        (lambda d: d["images"][1].update(file_name="000000.jpg"), "the file_name is that of entry [0] too"),
        (lambda d: [i.pop("file_name") for i in d["images"]], "its images have no file_name"),
        (lambda d: [i.pop("camera_matrix") for i in d["images"]], "its images have no camera_matrix"),
        (lambda d: [a.pop("bbox") for a in d["annotations"]], "the annotations have no bbox"),
        (lambda d: [a.update(keypoints=[1, 2, 1]) for a in d["annotations"]], "people have 1 keypoints, not 2"),
        (lambda d: d.pop("images"), "images is missing"),
    ],
)
def test_check__what_training_cannot_load_is_a_problem_in_the_same_words(root, change, words):
    _edit(root, change)
    problems = _problems(root, splits=("val",))
    assert len(problems) == 1
    assert problems[0].startswith(f"{root / 'annotations' / 'val.json'}: ")
    assert words in problems[0]
    with pytest.raises(UserError) as caught:
        make_data_infos(read_annotations(root / "annotations" / "val.json"), root / "val")
    assert str(caught.value) == problems[0]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff\xfe{\x00", gzip.compress(b"{}", mtime=0), b'{"images": [', b"null"]
)
def test_check__file_that_is_no_annotation_file(root, content):
    path = root / "annotations" / "val.json"
    path.write_bytes(content)
    (problem,) = _problems(root, splits=("val",))
    assert problem.startswith(f"{path}: ")


def test_check__annotation_file_is_a_folder(root):
    path = root / "annotations" / "val.json"
    path.unlink()
    path.mkdir()
    (problem,) = _problems(root, splits=("val",))
    assert problem == f"{path}: cannot be read: Is a directory"


@pytest.mark.parametrize("separator", ["/", "\\"])
def test_check__images_in_sub_folders(root, separator):
    def change(data: dict) -> None:
        for image in data["images"]:
            image["file_name"] = f"game {image['id']}{separator}000000.jpg"

    _edit(root, change)
    for i in range(2):
        (root / "val" / f"game {i}").mkdir()
        (root / "val" / f"{i:06d}.jpg").rename(root / "val" / f"game {i}" / "000000.jpg")
    report = _check(root)["val"]
    assert report.healthy
    assert report.files == 2


def test_check__several_processes_find_the_same(tmp_path, make_dataset):
    root = make_dataset(tmp_path, train=40, people=1)
    path = root / "train" / "000033.jpg"
    path.write_bytes(path.read_bytes()[:-300])
    (report,) = check(root, progress=False, workers=2)
    assert "000033.jpg (truncated JPEG)" in report.problems[0]


def test_check__another_aspect_ratio(root):
    cv2.imwrite(str(root / "train" / "000000.jpg"), np.zeros((216, 300, 3), np.uint8))
    problems = _problems(root)
    assert any("different sizes" in problem for problem in problems)
    assert any("000000.jpg (300x216, annotated 3840x2160)" in problem for problem in problems)


def test_check__corrupt_json_does_not_hide_the_other_splits(root):
    (root / "annotations" / "train.json").write_text('{"images": [')
    reports = _check(root)
    assert "train.json: not valid JSON" in reports["train"].problems[0]
    assert reports["val"].healthy


def test_check__missing_folder_and_missing_annotations(root):
    (root / "annotations" / "val.json").unlink()
    for path in (root / "train").iterdir():
        path.unlink()
    (root / "train").rmdir()
    reports = _check(root)
    assert "train: no such folder" in reports["train"].problems[0]
    assert "val.json: no such file" in reports["val"].problems[0]


def test_check__split_without_people(root):
    path = root / "annotations" / "val.json"
    data = json.loads(path.read_text())
    path.write_text(json.dumps(data | {"annotations": []}))
    assert "has no people" in _problems(root, splits=("val",))[0]


def test_check__real_frame_is_healthy(real_frame):
    (report,) = _check(real_frame).values()
    assert report.healthy
    assert report.file_sizes == {(3840, 2160): 1}


def test_print_reports__table_and_one_line_a_problem(root, capsys):
    (root / "val" / "000000.jpg").write_bytes(b"")
    reports = list(_check(root).values())
    print_reports(reports, Console(width=160))
    lines = capsys.readouterr().out.splitlines()
    assert any("train" in line and "healthy" in line for line in lines)
    assert any("val" in line and "1 to mend" in line for line in lines)
    assert f"problem: val: 1 broken image in {root / 'val'}: 000000.jpg (empty file)" in lines


def test_as_dict__is_plain_json(root):
    found = json.loads(json.dumps(as_dict(list(_check(root).values()))))
    assert found["healthy"]
    assert found["splits"]["train"]["file_sizes"] == {"384x216": 3}
