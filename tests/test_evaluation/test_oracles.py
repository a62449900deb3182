from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation import score_detections
from mmsynloc.evaluation.oracles import ORACLES, label_tables, prediction_oracles, score_oracles
from mmsynloc.files import parse_annotations, parse_results
from tests.synloc_files import annotation, image_entry
from tests.test_evaluation.conftest import make_scene
from tests.test_evaluation.test_errors.cases import make_case


def truth(positions_m, **changes):
    people = [annotation(i, 0, position, **changes) for i, position in enumerate(positions_m)]
    return parse_annotations({"images": [image_entry()], "annotations": people})


def results(positions_m, scores):
    rows = [annotation(0, 0, position) for position in positions_m]
    return parse_results([{**row, "score": score} for row, score in zip(rows, scores)])


def test_oracles__nobody():
    assert score_oracles(truth([]), results([(0, 0)], [0.5])) == {}
    assert label_tables(truth([])) == {}


def test_oracles__nothing_predicted():
    scores = score_oracles(truth([(0, 0)]), parse_results([]))
    assert scores["true points, predicted scores"] == scores["perfect ranking"] == 0
    assert scores["true ground point"] == pytest.approx(1)


def test_oracles__hand_computed():
    # Of three people one is found exactly, one 1 m off, one not at all; a false positive scores best.
    annotations = truth([(0, 0), (0, 20), (0, -20)])
    scores = score_oracles(annotations, results([(5, 5), (0, 0), (1, 20)], [0.9, 0.8, 0.7]))
    one_of_three, two_of_three = 34 / 101, 67 / 101  # the recalls from 0 to 1/3 and to 2/3
    assert scores["perfect ranking"] == pytest.approx(one_of_three)
    assert scores["true boxes, predicted points"] == pytest.approx(51 / 101)  # one of the two who are found
    assert scores["true points, predicted scores"] == pytest.approx(two_of_three * 2 / 3)
    assert list(scores) == [name for name in ORACLES if name in scores]


def test_oracles__bottom_of_the_box_is_the_position_from_the_box():
    scene, detections = make_scene(0)
    annotations, detections = parse_annotations(scene), parse_results(detections)
    expected = score_detections(annotations, detections, position_from="bbox").stats["AP"]
    assert score_oracles(annotations, detections)["bottom of the box"] == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(3))
def test_oracles__chosen_images_alone(seed):
    scene, detections = make_scene(seed)
    ids = [image["id"] for image in scene["images"]][:3]
    part = {
        "images": [image for image in scene["images"] if image["id"] in ids],
        "annotations": [person for person in scene["annotations"] if person["image_id"] in ids],
    }
    expected = score_oracles(parse_annotations(part), parse_results([d for d in detections if d["image_id"] in ids]))
    scores = score_oracles(parse_annotations(scene), parse_results(detections), img_ids=ids)
    assert scores == pytest.approx(expected)


def test_oracles__without_cameras_only_those_of_positions():
    people = [annotation(0, 0, (0, 0))]
    annotations = parse_annotations({"images": [{"id": 0}], "annotations": people})
    scores = score_oracles(annotations, parse_results([{**people[0], "score": 1.0}]), position_from="position_on_pitch")
    assert set(scores) == {"perfect ranking", "true boxes, predicted points", "true points, predicted scores"}


def test_prediction_oracles__do_not_change_the_case():
    case = make_case([(0, 0, 0)], [(0, 0.9, 1, 0), (0, 0.8, 9, 9)])
    before = case.det_positions_m.copy()
    cases = prediction_oracles(case)
    np.testing.assert_array_equal(case.det_positions_m, before)
    np.testing.assert_array_equal(cases["true points, predicted scores"].det_positions_m[0], [0, 0])
