"""Scores of 3D keypoints from files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mmsynloc.evaluation import EvaluationWarning, score_keypoints_3d
from mmsynloc.evaluation.functional import KEYPOINT_SUBSETS
from mmsynloc.evaluation.tables import body_detection_table
from mmsynloc.files import parse_annotations, parse_results, read_annotations, read_results
from mmsynloc.structures import Camera
from mmsynloc.utils import UserError
from tests.synloc_files import body_annotation, camera, image_entry

EXACT = 1e-9  # the same sums in another order


def truth_of(*people: dict) -> dict:
    return {"images": [image_entry(0), image_entry(1)], "annotations": list(people)}


def detection_of(person: dict, score: float = 0.5, **changes: object) -> dict:
    points = [row[:3] for row in person["keypoints_3d"]]
    entry = {"image_id": person["image_id"], "category_id": 1, "score": score, "keypoints_3d": points, **changes}
    return {name: value for name, value in entry.items() if value is not None}


def score(truth: dict, results: list[dict], subset: str = "body25", **options: object) -> dict[str, float]:
    annotations = parse_annotations(truth, "a.json", keypoints_3d=True)
    return score_keypoints_3d(annotations, parse_results(results, "r.json"), subset, **options).stats


def test_score_keypoints_3d__nothing_at_all():
    with pytest.warns(EvaluationWarning, match="no people are left"):
        assert score(truth_of(), [])["AP"] == -1


@pytest.mark.parametrize("subset", KEYPOINT_SUBSETS)
def test_score_keypoints_3d__the_minimal_results_are_enough(subset):
    people = [body_annotation(0, 0, (0.0, 0.0)), body_annotation(1, 1, (3.0, 4.0))]
    stats = score(truth_of(*people), [detection_of(person) for person in people], subset)
    assert (stats["AP"], stats["frame_accuracy"]) == (pytest.approx(1), 1)


def test_score_keypoints_3d__joints_outside_the_subset_do_not_count():
    person = body_annotation(0, 0, (0.0, 0.0))
    moved = detection_of(person)
    for joint in set(range(25)) - set(KEYPOINT_SUBSETS["fifa15"]):
        moved["keypoints_3d"][joint] = [50.0, 50.0, 0.0]
    assert score(truth_of(person), [moved], "fifa15")["AP"] == pytest.approx(1)
    assert score(truth_of(person), [moved])["AP"] < 0.5


def test_score_keypoints_3d__equals_the_official_evaluator(golden):
    folder = golden / "keypoints_3d"
    annotations = read_annotations(folder / "gt.json", keypoints_3d=True)
    detections = read_results(folder / "results.json")
    cases = json.loads((folder / "expected.json").read_text())
    assert len(cases) == 6
    for case, expected in cases.items():
        subset, tau = case.split("-3d-locsim tau ")
        stats = score_keypoints_3d(annotations, detections, subset, tau_m=float(tau)).stats
        assert list(stats.values()) == pytest.approx(list(expected.values()), abs=EXACT), case


def test_body_detection_table__areas_of_the_projected_keypoints():
    person = body_annotation(0, 0, (0.0, 0.0))
    annotations = parse_annotations(truth_of(person), keypoints_3d=True)
    points_px = Camera.from_image_info(image_entry()).pitch_to_pixel(np.array(person["keypoints_3d"])[:, :3]).points
    expected = np.ptp(points_px, axis=0).prod()
    table = body_detection_table(parse_results([detection_of(person)]), annotations)
    assert table.areas_px2 == pytest.approx([expected])
    boxed = body_detection_table(parse_results([detection_of(person, bbox=[0, 0, 4, 5])]), annotations)
    assert boxed.areas_px2.tolist() == [20]


def test_body_detection_table__points_behind_the_camera_are_mirrored_at_it():
    person = body_annotation(0, 0, (0.0, 0.0))
    behind = {**person, "keypoints_3d": (2 * camera().position_m - np.array(person["keypoints_3d"])[:, :3]).tolist()}
    annotations = parse_annotations(truth_of(person), keypoints_3d=True)
    results = parse_results([detection_of(person), detection_of(behind)])
    front, back = body_detection_table(results, annotations).areas_px2
    assert back == pytest.approx(front)


def test_body_detection_table__detections_without_a_scored_keypoint_take_no_part():
    person = body_annotation(0, 0, (0.0, 0.0))
    results = [detection_of(person, keypoints=[[1, 2, s]] * 25) for s in (0.0, 0.1)]
    annotations = parse_annotations(truth_of(person), keypoints_3d=True)
    assert body_detection_table(parse_results(results), annotations).image.tolist() == [-1, 0]


@pytest.mark.parametrize(
    ("person", "found", "subset", "message"),
    [
        ({}, {"keypoints_3d": None}, "body25", r"r\.json: the detections have 0 keypoints_3d, not 25"),
        ({}, {"keypoints_3d": [1, 2, 3]}, "body25", r"r\.json: the detections have 1 keypoints_3d, not 25"),
        ({"keypoints_3d": None}, {}, "coco", r"a\.json: people have 0 keypoints_3d, not the 25"),
        ({"keypoints": [[1, 2, 1], [3, 4, 1]]}, {}, "coco", r"a\.json: people have 2 keypoints, not the 25"),
        ({}, {}, "body17", "'body17', not one of body25, fifa15, coco"),
    ],
)
def test_score_keypoints_3d__what_is_missing_is_named(person, found, subset, message):
    whole = body_annotation(0, 0, (0.0, 0.0))
    with pytest.raises(UserError, match=message):
        score(truth_of(body_annotation(0, 0, (0.0, 0.0), **person)), [detection_of(whole, **found)], subset)


def test_score_keypoints_3d__challenge_split_and_senseless_tau():
    with pytest.raises(UserError, match="has no annotations"):
        score({"images": [image_entry(0)]}, [])
    with pytest.raises(UserError, match="tau is -1"):
        score(truth_of(), [], tau_m=-1.0)
