from __future__ import annotations

import json
import warnings

import pytest

from mmsynloc.evaluation import CoordinateWarning, EvaluationWarning, score_files, score_results
from mmsynloc.files import parse_annotations, write_submission
from mmsynloc.utils import UserError


def test_score_results__takes_parsed_ground_truth_too(scene):
    truth, results = scene(0)
    assert score_results(parse_annotations(truth), results).stats == score_results(truth, results).stats


def test_score_results__leaves_its_inputs_alone(scene):
    truth, results = scene(0)
    before = json.dumps([truth, results])
    score_results(truth, results, box_ap=True)
    assert json.dumps([truth, results]) == before


def test_score_results__order_of_images_does_not_matter(scene):
    truth, results = scene(3, ties=True)
    turned = {**truth, "images": truth["images"][::-1]}
    assert score_results(turned, results).stats == score_results(truth, results).stats


def test_score_results__warns_of_full_hd_pixels(scene):
    truth, results = scene(4)
    for entry in results:
        entry["keypoints"] = [v if i % 3 == 2 else v / 2 for i, v in enumerate(entry["keypoints"])]
    with pytest.warns(CoordinateWarning, match="COORDINATE ALARM"):
        stats = score_results(truth, results).stats
    assert stats["AP"] < 0.01


def test_score_results__no_warning_on_good_pixels(scene):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert score_results(*scene(4)).stats["AP"] > 0.01


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tau_m": 0.0}, "tau is 0.0"),
        ({"tau_m": float("nan")}, "tau"),
        ({"tau_m": 1e200}, r"tau is 1e\+200, not a positive number of metres, 1e\+06 at most"),
        ({"score_threshold": float("nan")}, "score_thr"),
    ],
)
def test_score_results__senseless_parameters(scene, options, message):
    with pytest.raises(UserError, match=message):
        score_results(*scene(0), **options)


def test_score_files__same_as_parsed(tmp_path, scene):
    truth, results = scene(5)
    ids = [image["id"] for image in truth["images"][:3]]
    for name, data in (("gt", truth), ("results", results), ("ids", ids)):
        (tmp_path / f"{name}.json").write_text(json.dumps(data))
    found = score_files(tmp_path / "gt.json", tmp_path / "results.json", tmp_path / "ids.json", tau_m=5.0)
    assert found.stats == score_results(truth, results, img_ids=ids, tau_m=5.0).stats


def test_score_files__names_the_file_of_a_wrong_image_id(tmp_path, scene):
    truth, results = scene(5)
    for name, data in (("gt", truth), ("results", results), ("ids", [12345])):
        (tmp_path / f"{name}.json").write_text(json.dumps(data))
    with pytest.raises(UserError, match=r"ids\.json: image 12345 is not in .*gt\.json"):
        score_files(tmp_path / "gt.json", tmp_path / "results.json", tmp_path / "ids.json")


def test_score_results__challenge_split_cannot_be_scored(scene):
    truth, results = scene(0)
    del truth["annotations"]
    with pytest.raises(UserError, match="has no annotations: a challenge split"):
        score_results(truth, results)


def test_score_results__nothing_left_to_score_is_told(scene):
    truth, results = scene(0)
    with pytest.warns(EvaluationWarning, match="results: no detections are left to score"):
        assert score_results(truth, []).stats["AP"] == 0
    with pytest.warns(EvaluationWarning, match="annotations: no people are left to score"):
        assert score_results({**truth, "annotations": []}, results).stats["AP"] == -1


def test_score_results__detections_that_are_left_out_are_counted(scene):
    truth, results = scene(0)
    alone = score_results(truth, results).stats
    other = [{**results[0], "category_id": 7}, {**results[0], "image_id": 10**6}, {**results[0], "image_id": -1}]
    with pytest.warns(EvaluationWarning) as caught:
        assert score_results(truth, [*results, *other]).stats == alone
    number = len(results) + 3
    assert [str(w.message) for w in caught] == [
        f"results: 2 of {number} detections are left out: of images that are not in annotations",
        f"results: 1 of {number} detections are left out: of categories other than 1",
    ]


def test_score_files__a_submission_is_scored_as_its_metadata_say(tmp_path, scene):
    truth, results = scene(5)
    for name, data in (("gt", truth), ("results", results)):
        (tmp_path / f"{name}.json").write_text(json.dumps(data))
    write_submission(tmp_path / "results.json", 0.35, tmp_path / "s.zip", keypoint_index=0)
    found = score_files(tmp_path / "gt.json", tmp_path / "s.zip").stats
    assert found == score_results(truth, results, keypoint_index=0, score_threshold=0.35).stats
    assert score_files(tmp_path / "gt.json", tmp_path / "s.zip", score_threshold=0.5, keypoint_index=1).stats == (
        score_results(truth, results, score_threshold=0.5).stats
    )
