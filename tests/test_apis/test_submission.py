"""Writing and checking submissions."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from mmsynloc.apis.submission import write_submission
from mmsynloc.apis.submission_check import check_submission
from mmsynloc.utils import UserError
from tests.synloc_files import ANNOTATED_SIZE, image_entry, write_annotations


def _detection(image_id=0, score=0.5, point=(400.0, 300.0), **changes) -> dict:
    x, y = point
    entry = {
        "image_id": image_id,
        "category_id": 1,
        "score": score,
        "bbox": [x - 5, y - 30, 10, 30],
        "keypoints": [x, y - 15, 0.9, x, y, 0.9],
    }
    return {k: v for k, v in {**entry, **changes}.items() if v is not None}


@pytest.fixture
def annotations(tmp_path):
    return write_annotations(tmp_path / "challenge_public.json", [image_entry(0), image_entry(1)], None)


def _zip(tmp_path, results, metadata=None, names=("results.json", "metadata.json"), extra=None):
    metadata = {"score_threshold": 0.4, "position_from_keypoint_index": 1} if metadata is None else metadata
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in zip(names, (results, metadata)):
            archive.writestr(name, content if isinstance(content, str) else json.dumps(content))
        for name in extra or ():
            archive.writestr(name, "")
    return path


GOOD = [_detection(0, 0.9), _detection(0, 0.1, (100.0, 350.0)), _detection(1, 0.5)]


def test_check__good_submission(tmp_path, annotations):
    report = check_submission(_zip(tmp_path, GOOD), annotations)
    assert report.problems == []
    assert report.warnings == []
    assert report.counts == {"images": 2, "detections": 3, "over threshold": 2}


def test_check__empty_results(tmp_path, annotations):
    report = check_submission(_zip(tmp_path, []), annotations)
    assert report.problems == []
    assert "no detection" in report.warnings[0]


def test_check__nested_keypoints_are_understood(tmp_path, annotations):
    nested = [_detection(i, s, keypoints=[[1, 2, 1], [300, 300, 1]]) for i, s in ((0, 0.9), (1, 0.1), (1, 0.8))]
    assert check_submission(_zip(tmp_path, nested), annotations).problems == []


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (_detection(9), "image_id that the split does not have"),
        (_detection(image_id="0"), "image_id that the split does not have"),
        (_detection(score=None), "has no score"),
        (_detection(score="high"), "score that is not a finite number"),
        (_detection(category_id=2), "category_id other than 1"),
        (_detection(keypoints=None), "has no keypoints"),
        (_detection(keypoints=[1, 2, 1]), "has no keypoint 1"),
        (_detection(keypoints=[1, 2]), "not triplets"),
        (_detection(bbox=[1, 2, 3]), "bbox that is not x, y, width, height"),
        (_detection(bbox=[1, 2, -3, 4]), "negative size"),
        ("x", "is not an object"),
    ],
)
def test_check__wrong_entries_are_counted_and_named(tmp_path, annotations, bad, message):
    (problem,) = check_submission(_zip(tmp_path, [*GOOD, bad, bad]), annotations).problems
    assert problem.startswith("results.json: 2 of 5 detections")
    assert message in problem
    assert problem.endswith("(entries 3, 4)")


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_check__not_finite(tmp_path, annotations, value):
    text = json.dumps(GOOD).replace("400.0", value)
    problems = check_submission(_zip(tmp_path, text), annotations).problems
    assert any("keypoints that are not finite" in p for p in problems)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"position_from_keypoint_index": 1}, "score_threshold is None"),
        ({"score_threshold": "x", "position_from_keypoint_index": 1}, "score_threshold is 'x'"),
        ({"score_threshold": 0.4}, "position_from_keypoint_index is None"),
        ({"score_threshold": 0.4, "position_from_keypoint_index": 0}, "pelvis_ground is keypoint 1"),
        ([1], "is not an object"),
        ("{", "not valid JSON"),
    ],
)
def test_check__metadata(tmp_path, annotations, metadata, message):
    problems = check_submission(_zip(tmp_path, GOOD, metadata), annotations).problems
    assert any(p.startswith("metadata.json") and message in p for p in problems)


def test_check__files_of_the_zip(tmp_path, annotations):
    path = _zip(tmp_path, GOOD, names=("sub/results.json", "metadata.json"), extra=["../evil.txt"])
    problems = check_submission(path, annotations).problems
    assert any(
        "results.json is missing at the zip's top level; it is in a folder (sub/results.json)" in p for p in problems
    )
    assert any("other files: ../evil.txt, sub/results.json" in p for p in problems)
    assert not (tmp_path.parent / "evil.txt").exists()


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ([_detection(0, 0.9)], "1 of 2 images have no detection"),
        ([_detection(i, 0.9) for i in (0, 1)], "filtered results lose mAP"),
        ([_detection(i, 0.1) for i in (0, 1)], "0.0 detections an image reach the threshold"),
        ([_detection(i // 60 % 2, 0.9) for i in range(120)], "60.0 detections an image reach the threshold"),
        ([_detection(i // 150, i / 300) for i in range(300)], "2 images have over 100 detections"),
        (
            [_detection(i % 2, i / 40, tuple(np.array(ANNOTATED_SIZE) * (0.01 * i, 0.5))) for i in range(40)],
            "upper left quarter",
        ),
        ([_detection(0, 0.9, (5000.0, 1.0)), _detection(1, 0.1)], "more than a whole frame outside"),
    ],
)
def test_check__what_looks_like_a_mistake_is_told(tmp_path, annotations, results, message):
    report = check_submission(_zip(tmp_path, results), annotations)
    assert report.problems == []
    assert any(message in w for w in report.warnings), report.warnings


def test_check__unreadable_files(tmp_path, annotations):
    (tmp_path / "no.zip").write_text("this is no zip")
    for path in (tmp_path / "no.zip", tmp_path / "absent.zip"):
        with pytest.raises(UserError, match=path.name):
            check_submission(path, annotations)
    with pytest.raises(UserError, match="not a SynLoc annotation file"):
        check_submission(_zip(tmp_path, GOOD), write_annotations(tmp_path / "a.json", [{"id": 0}], None))


def test_write_submission__is_what_the_check_accepts(tmp_path, annotations):
    (tmp_path / "r.json").write_text(json.dumps(GOOD))
    write_submission(tmp_path / "r.json", 0.25, tmp_path / "out" / "s.zip")
    with zipfile.ZipFile(tmp_path / "out" / "s.zip") as archive:
        assert sorted(archive.namelist()) == ["metadata.json", "results.json"]
        assert json.loads(archive.read("metadata.json")) == {"score_threshold": 0.25, "position_from_keypoint_index": 1}
        assert json.loads(archive.read("results.json")) == GOOD
    assert check_submission(tmp_path / "out" / "s.zip", annotations).problems == []


def test_write_submission__failure_keeps_the_old_zip(tmp_path):
    (tmp_path / "s.zip").write_text("old")
    with pytest.raises(UserError, match=r"none\.json: no such file"):
        write_submission(tmp_path / "none.json", 0.5, tmp_path / "s.zip")
    (tmp_path / "r.json").write_text("[]")
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_submission(tmp_path / "r.json", float("nan"), tmp_path / "s.zip")
    assert (tmp_path / "s.zip").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.json", "s.zip"]
