from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console

from mmsynloc.datasets.preparation import check
from mmsynloc.datasets.preparation.figures import save_figures
from mmsynloc.datasets.preparation.report import as_dict, print_reports
from mmsynloc.files.images import image_size
from mmsynloc.utils import UserError


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


def test_save_figures__also_without_people(tmp_path, root):
    labels = {split: report.labels for split, report in _check(root).items()}
    for name, chosen in (("full", labels), ("empty", {})):
        paths = save_figures(chosen, tmp_path / name)
        assert [p.name for p in paths] == ["people_per_image.png", "box_sizes.png", "positions.png"]
        assert all(min(image_size(p)) > 400 for p in paths)
