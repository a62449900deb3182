"""Checking submissions."""

from __future__ import annotations

import json
import re
import zipfile

import numpy as np
import pytest

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
        (_detection(9), "2 of 5 detections are of images that are not in .*image_id 9.*another split"),
        (_detection(category_id=2), "2 of 5 detections have category_id 2, not 1"),
        (_detection(image_id="0"), r"results\.json: entry \[3\]: image_id: expected an integer"),
        (_detection(score=None), r"results\.json: entry \[3\]: score is missing"),
    ],
)
def test_check__wrong_entries_are_problems(tmp_path, annotations, bad, message):
    (problem,) = check_submission(_zip(tmp_path, [*GOOD, bad, bad]), annotations).problems
    assert re.search(message, problem)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"position_from_keypoint_index": 1}, "score_threshold is missing"),
        ({"score_threshold": 0.4}, "no position_from_keypoint_index and the detections no position_on_pitch"),
        ({"score_threshold": 0.4, "position_from_keypoint_index": 2}, "but the detections have 2 keypoints"),
        ({"score_threshold": 0.4, "position_from_keypoint_index": -1}, "but the detections have 2 keypoints"),
    ],
)
def test_check__metadata(tmp_path, annotations, metadata, message):
    (problem,) = check_submission(_zip(tmp_path, GOOD, metadata), annotations).problems
    assert message in problem


def test_check__positions_in_metres(tmp_path, annotations):
    results = [_detection(i, s, keypoints=None, position_on_pitch=[0, i, 0]) for i, s in ((0, 0.9), (1, 0.6), (1, 0.1))]
    path = _zip(tmp_path, results, {"score_threshold": 0.4})
    assert check_submission(path, annotations)[:2] == ([], [])
    results[0]["position_on_pitch"] = [400.0, 300.0]
    path = _zip(tmp_path, results, {"score_threshold": 0.4})
    assert "1 positions lie far outside the pitch" in check_submission(path, annotations).warnings[0]


def test_check__other_files_of_the_zip_are_told(tmp_path, annotations):
    report = check_submission(_zip(tmp_path, GOOD, extra=["__MACOSX/x", "../evil.txt"]), annotations)
    assert report.problems == []
    assert report.warnings == ["the zip holds 2 other files, which nothing reads: ../evil.txt, __MACOSX/x"]


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


def test_check__first_keypoint_is_allowed_and_told(tmp_path, annotations):
    path = _zip(tmp_path, GOOD, {"score_threshold": 0.4, "position_from_keypoint_index": 0})
    assert any("pelvis_ground is keypoint 1" in w for w in check_submission(path, annotations).warnings)


def test_check__unreadable_files(tmp_path, annotations):
    (tmp_path / "no.zip").write_text("this is no zip")
    (problem,) = check_submission(tmp_path / "no.zip", annotations).problems
    assert "cannot be read as a zip" in problem
    with pytest.raises(UserError, match=r"absent\.zip: no such file"):
        check_submission(tmp_path / "absent.zip", annotations)
    with pytest.raises(UserError, match="a folder, not a file"):
        check_submission(tmp_path, annotations)
    with pytest.raises(UserError, match=r"a\.json: has no images"):
        check_submission(_zip(tmp_path, GOOD), write_annotations(tmp_path / "a.json", [], None))
