from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation import EvaluationWarning
from mmsynloc.evaluation.tables import POSITION_SOURCES, detection_table, people_table
from mmsynloc.files import Annotations, parse_annotations, parse_results
from mmsynloc.utils import UserError


@pytest.fixture
def truth(image_entry, annotation) -> Annotations:
    images = [image_entry(4), image_entry(0)]
    people = [annotation(0, images[0], (0.0, 0.0), 500.0)]
    return parse_annotations({"images": images, "annotations": people}, "gt.json")


@pytest.fixture
def results(image_entry, detection) -> list[dict]:
    return [detection(image_entry(4), (1.0, 2.0), 0.9), detection(image_entry(0), (3.0, 4.0), 0.5)]


def test_detection_table__empty(truth):
    for source in POSITION_SOURCES:
        table, _ = detection_table(parse_results([]), truth, source)
        assert table.positions_pitch_m.shape == (0, 2)
        assert len(table.image) == len(table.scores) == len(table.areas_px2) == 0


def test_detection_table__of_a_keypoint(truth, results):
    table, points_px = detection_table(parse_results(results), truth)
    assert table.image.tolist() == [1, 0]
    np.testing.assert_allclose(table.positions_pitch_m, [[1, 2], [3, 4]], atol=1e-3)  # float32, see test_position
    assert points_px.tolist() == [r["keypoints"][3:5] for r in results]


def test_detection_table__of_the_box(truth, results):
    results[0]["bbox"] = [10, 20, 30, 40]
    table, points_px = detection_table(parse_results(results), truth, "bbox")
    assert points_px[0].tolist() == [25, 60]
    assert table.areas_px2[0] == 1200


def test_detection_table__of_the_pitch(truth, results):
    results[0]["position_on_pitch"], results[1]["position_on_pitch"] = [1, 2, 0], [3, 4]
    table, points_px = detection_table(parse_results(results), truth, "position_on_pitch")
    assert table.positions_pitch_m.tolist() == [[1, 2], [3, 4]]
    assert points_px is None


def test_detection_table__area_of_box_keypoints_or_field(truth):
    bare = {"image_id": 0, "category_id": 1, "score": 1.0, "position_on_pitch": [0, 0]}
    box, keypoints = {"bbox": [1, 1, 2, 3]}, {"keypoints": [0, 0, 1, 3, 5, 1]}
    for extra, area in ((box | keypoints, 6), (keypoints, 15), ({"area": 7}, 7), ({}, 0)):
        table, _ = detection_table(parse_results([bare | extra]), truth, "position_on_pitch")
        assert table.areas_px2.tolist() == [area]


def test_detection_table__another_category_or_image_takes_no_part(truth, results):
    results += [{**results[0], "category_id": 2}, {**results[0], "image_id": 7}]
    with pytest.warns(EvaluationWarning, match="1 of 4 detections are left out"):
        table, _ = detection_table(parse_results(results), truth)
    assert table.image.tolist() == [1, 0, -1, -1]
    assert np.isnan(table.positions_pitch_m).all(1).tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    ("dropped", "source", "message"),
    [
        ("keypoints", "keypoint", "have no keypoints"),
        ("bbox", "bbox", "have no bbox"),
        ("", "position_on_pitch", "have no position_on_pitch"),
        ("", "feet", "position_from is 'feet'"),
    ],
)
def test_detection_table__needs_what_the_position_is_made_of(truth, results, dropped, source, message):
    for entry in results:
        entry.pop(dropped, None)
    with pytest.raises(UserError, match=message):
        detection_table(parse_results(results), truth, source)


def test_detection_table__keypoint_that_is_not_there(truth, results):
    with pytest.raises(UserError, match="keypoint 2 is asked for, but detections have 2"):
        detection_table(parse_results(results), truth, keypoint_index=2)
    with pytest.raises(UserError, match="keypoint -1 is asked for, but detections have 2"):
        detection_table(parse_results(results), truth, keypoint_index=-1)


def test_people_table__challenge(image_entry):
    with pytest.raises(UserError, match=r"^c\.json: has no annotations"):
        people_table(parse_annotations({"images": [image_entry(0)]}, "c.json"))
