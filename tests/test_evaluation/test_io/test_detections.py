from __future__ import annotations

import json

import numpy as np
import pytest

from mmsynloc.evaluation import parse_ground_truth
from mmsynloc.evaluation.io import load_detections, parse_detections
from mmsynloc.utils import UserError


@pytest.fixture
def truth(image_entry, annotation):
    images = [image_entry(4), image_entry(0)]
    people = [annotation(0, images[0], (0.0, 0.0), 500.0)]
    return parse_ground_truth({"images": images, "annotations": people, "categories": [{"id": 1}]}, "gt.json")


@pytest.fixture
def results(image_entry, detection):
    return [detection(image_entry(4), (1.0, 2.0), 0.9), detection(image_entry(0), (3.0, 4.0), 0.5)]


def test_parse_detections__empty(truth):
    for source in ("keypoint", "position_on_pitch", "bbox"):
        table, _ = parse_detections([], truth, source)
        assert table.positions_pitch_m.shape == (0, 2)
        assert len(table.image) == len(table.scores) == len(table.areas_px2) == 0


def test_parse_detections__of_a_keypoint(truth, results):
    table, points_px = parse_detections(results, truth)
    assert table.image.tolist() == [1, 0]
    np.testing.assert_allclose(table.positions_pitch_m, [[1, 2], [3, 4]], atol=1e-3)  # float32, see test_position
    assert points_px.tolist() == [r["keypoints"][3:5] for r in results]


def test_parse_detections__keypoints_nested_or_flat(truth, results):
    nested = [{**r, "keypoints": np.reshape(r["keypoints"], (-1, 3)).tolist()} for r in results]
    for index in (0, 1):
        a, b = (parse_detections(r, truth, keypoint_index=index)[0] for r in (results, nested))
        np.testing.assert_array_equal(a.positions_pitch_m, b.positions_pitch_m)


def test_parse_detections__of_the_box(truth, results):
    results[0]["bbox"] = [10, 20, 30, 40]
    table, points_px = parse_detections(results, truth, "bbox")
    assert points_px[0].tolist() == [25, 60]
    assert table.areas_px2[0] == 1200


def test_parse_detections__of_the_pitch_with_or_without_height(truth, results):
    results[0]["position_on_pitch"], results[1]["position_on_pitch"] = [1, 2, 0], [3, 4]
    table, points_px = parse_detections(results, truth, "position_on_pitch")
    assert table.positions_pitch_m.tolist() == [[1, 2], [3, 4]]
    assert points_px is None


def test_parse_detections__area_of_box_keypoints_or_field():
    truth = parse_ground_truth({"images": [{"id": 0}], "annotations": []})
    entry = {"image_id": 0, "category_id": 1, "score": 1.0, "position_on_pitch": [0, 0], "area": 7}
    keypoints = {"keypoints": [0, 0, 1, 3, 5, 1], "bbox": []}
    for extra, area in (({"bbox": [1, 1, 2, 3]}, 6), (keypoints, 15), ({}, 7)):
        assert parse_detections([entry | extra], truth, "position_on_pitch")[0].areas_px2.tolist() == [area]
    del entry["area"]
    assert parse_detections([entry], truth, "position_on_pitch")[0].areas_px2.tolist() == [0]


def test_parse_detections__another_category_takes_no_part(truth, results):
    results[1]["category_id"] = 2
    assert parse_detections(results, truth)[0].image.tolist() == [1, -1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r.update(image_id=3), r"\[1\]: image_id 3 is not in gt.json"),
        (lambda r: r.pop("image_id"), r"\[1\]: image_id is missing"),
        (lambda r: r.pop("score"), r"\[1\]: score is missing"),
        (lambda r: r.update(score=float("nan")), r"\[1\]: score is not finite"),
        (lambda r: r.update(score="high"), r"\[1\]: score is not a number"),
        (lambda r: r.pop("keypoints"), r"\[1\]: keypoints is missing"),
        (lambda r: r.update(keypoints=[1, 2, 3, 4]), r"\[1\]: keypoints is not a list of x, y"),
        (lambda r: r.update(keypoints=[1, 2, 3, 4, float("inf"), 1]), r"\[1\]: keypoints is not finite"),
        (lambda r: r.update(keypoints=[1, 2, 3]), "keypoint 1 is asked for, but entries have 1"),
        (lambda r: r.pop("bbox"), r"\[1\]: bbox is missing"),
        (lambda r: r.update(bbox=[1, 2, 3]), r"\[1\]: bbox is not a list of 4 numbers"),
        (lambda r: r.update(bbox=[1, 2, 3, None]), r"\[1\]: bbox is not"),
        (lambda r: r.update(category_id="person"), r"\[1\]: category_id is not an integer"),
    ],
)
def test_parse_detections__names_the_entry(truth, results, change, message):
    change(results[1])
    with pytest.raises(UserError, match=f"^results.json: detections.*{message}"):
        parse_detections(results, truth, where="results.json: detections")


def test_parse_detections__not_a_list_or_unknown_source(truth, results):
    with pytest.raises(UserError, match="is not a list"):
        parse_detections({"results": results}, truth)
    with pytest.raises(UserError, match="position_from is 'feet'"):
        parse_detections(results, truth, "feet")


def test_parse_detections__needs_what_the_position_is_made_of(truth, results):
    with pytest.raises(UserError, match=r"\[0\]: position_on_pitch is missing"):
        parse_detections(results, truth, "position_on_pitch")
    for entry in results:
        del entry["bbox"]
    with pytest.raises(UserError, match=r"\[0\]: bbox is missing"):
        parse_detections(results, truth, "bbox")


def test_load_detections__names_the_file(tmp_path, truth, results):
    path = tmp_path / "results.json"
    with pytest.raises(UserError, match=r"results\.json: no such file"):
        load_detections(path, truth)
    del results[1]["score"]
    path.write_text(json.dumps(results))
    with pytest.raises(UserError, match=r"results\.json: detections\[1\]: score is missing"):
        load_detections(path, truth)
