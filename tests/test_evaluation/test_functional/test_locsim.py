"""The whole evaluation, against plain loops, the official figures and pycocotools."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from mmsynloc.evaluation import score_results
from mmsynloc.evaluation.functional import COCO_NAMES, STAT_NAMES, DetectionTable, PeopleTable, evaluate_locsim
from mmsynloc.structures import Camera

EXACT = 1e-9  # the same sums in another order


def positions_of(truth, results) -> np.ndarray:
    """Ground positions by the camera in float64."""
    cameras = {image["id"]: Camera.from_image_info(image) for image in truth["images"]}
    points = [np.reshape(r["keypoints"], (-1, 3))[1:2, :2] for r in results]
    return np.array([cameras[r["image_id"]].pixel_to_pitch(p).points[0] for r, p in zip(results, points)])


def test_evaluate_locsim__empty():
    nobody = np.zeros(0, np.int64)
    people = PeopleTable(nobody, np.zeros((0, 2)), np.zeros(0))
    detections = DetectionTable(nobody, np.zeros(0), np.zeros((0, 2)), np.zeros(0))
    stats = evaluate_locsim(0, people, detections).stats
    assert tuple(stats) == STAT_NAMES
    assert {stats[name] for name in STAT_NAMES} == {-1.0}


def test_evaluate_locsim__no_detections_score_zero(scene):
    truth, _ = scene(0)
    stats = score_results(truth, []).stats
    assert {stats[name] for name in ("AP", "AP .5", "AR 100", "precision", "recall", "f1")} == {0.0}


def test_evaluate_locsim__no_people(scene):
    truth, results = scene(0)
    stats = score_results({**truth, "annotations": []}, results).stats
    assert {stats[name] for name in (*COCO_NAMES, "precision", "recall", "f1")} == {-1.0}
    assert np.isfinite(list(stats.values())).all()


def test_evaluate_locsim__nothing_matches(image_entry, annotation, detection):
    image = image_entry(0)
    truth = {"images": [image], "annotations": [annotation(0, image, (0.0, 0.0), 500.0)]}
    stats = score_results(truth, [detection(image, (5.0, 5.0), 0.9)]).stats
    assert {stats[name] for name in ("AP", "precision", "recall", "f1", "frame_accuracy")} == {0.0}


def test_evaluate_locsim__perfect_with_ids_from_zero(image_entry, annotation, detection):
    image = image_entry(0)
    people = [(0.0, 0.0), (3.0, 4.0)]
    truth = {"images": [image], "annotations": [annotation(i, image, p, 500.0) for i, p in enumerate(people)]}
    result = score_results(truth, [detection(image, p, s) for p, s in zip(people, (0.9, 0.8))])
    assert result.stats["AP"] == pytest.approx(1)
    assert (result.stats["f1"], result.stats["frame_accuracy"]) == (1, 1)
    assert result.stats["AP (L)"] == -1


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("tau", "ties", "threshold"), [(1.0, False, None), (1.0, True, 0.5), (5.0, True, None)])
def test_evaluate_locsim__same_as_plain_loops(scene, reference_statistics, seed, tau, ties, threshold):
    truth, results = scene(seed, ties=ties)
    result = score_results(truth, results, tau_m=tau, score_threshold=threshold)
    expected = reference_statistics(truth, results, tau, positions_of(truth, results), threshold)
    assert result.stats == pytest.approx(expected, abs=EXACT)
    assert 0 < result.stats["AP"] < 1


@pytest.mark.parametrize("tau", [1.0, 5.0])
def test_evaluate_locsim__more_than_100_detections_same_as_plain_loops(scene, reference_statistics, tau):
    truth, results = scene(11, num_images=2, num_detections=130)
    expected = reference_statistics(truth, results, tau, positions_of(truth, results))
    assert score_results(truth, results, tau_m=tau).stats == pytest.approx(expected, abs=EXACT)


def test_evaluate_locsim__position_on_pitch_same_as_plain_loops(scene, reference_statistics):
    truth, results = scene(12)
    positions = positions_of(truth, results)
    for entry, position in zip(results, positions):
        entry["position_on_pitch"] = [*position.tolist(), 0.0]
    expected = reference_statistics(truth, results, 1.0, positions)
    assert score_results(truth, results, position_from="position_on_pitch").stats == pytest.approx(expected, abs=EXACT)


def test_evaluate_locsim__over_the_horizon_matches_nobody(image_entry, annotation, detection):
    image = image_entry(0)
    truth = {"images": [image], "annotations": [annotation(0, image, (0.0, 0.0), 500.0)]}
    sky = detection(image, (0.0, 0.0), 0.9)
    sky["keypoints"][4] = 0.0  # the frame's upper edge
    result = score_results(truth, [sky, detection(image, (0.0, 0.0), 0.8)], tau_m=1e3)
    assert result.match.tolist() == [-1, 0]
    assert np.isnan(result.positions_pitch_m[0]).all()


def test_evaluate_locsim__matches_and_distances_have_the_order_of_the_results(image_entry, annotation, detection):
    first, second = image_entry(7), image_entry(3)
    people = [annotation(0, first, (0.0, 0.0), 500.0), annotation(1, second, (5.0, 5.0), 500.0)]
    results = [
        detection(first, (0.3, 0.0), 0.2),
        detection(second, (9.0, 9.0), 0.9),
        detection(second, (5.0, 5.4), 0.1),
    ]
    result = score_results({"images": [first, second], "annotations": people}, results)
    assert result.match.tolist() == [0, -1, 1]
    # float32 positions, see test_position
    np.testing.assert_allclose(result.distance_m, [0.3, np.nan, 0.4], atol=1e-3)


def test_evaluate_locsim__subset_of_images_is_a_smaller_data_set(scene):
    truth, results = scene(1)
    ids = [image["id"] for image in truth["images"][::2]]
    smaller = {
        **truth,
        "images": [image for image in truth["images"] if image["id"] in ids],
        "annotations": [a for a in truth["annotations"] if a["image_id"] in ids],
    }
    expected = score_results(smaller, [r for r in results if r["image_id"] in ids]).stats
    assert score_results(truth, results, img_ids=ids).stats == expected
    assert score_results(truth, results).stats != expected


def test_evaluate_locsim__curves_belong_to_the_statistics(scene):
    truth, results = scene(2)
    result = score_results(truth, results)
    assert result.curves.precision.shape == (10, 101)
    assert result.curves.precision.mean() == pytest.approx(result.stats["AP"])
    assert result.curves.thresholds[0] == 0.5
    assert result.curves.precision[0].mean() == pytest.approx(result.stats["AP .5"])


OFFICIAL = Path(__file__).parents[4] / "shared" / "golden" / "locsim"


@pytest.mark.parametrize("case", sorted(folder.name for folder in OFFICIAL.glob("*")) or ["absent"])
def test_evaluate_locsim__equals_the_official_evaluator(golden, case):
    folder = golden / "locsim" / case
    truth, results, expected = (json.loads((folder / f"{n}.json").read_text()) for n in ("gt", "results", "expected"))
    index = expected["position_from_keypoint_index"]
    result = score_results(
        truth,
        results,
        position_from=expected["position_from"],
        keypoint_index=1 if index is None else index,
        tau_m=expected["tau"],
        score_threshold=expected["score_threshold"],
    )
    assert list(result.stats) == list(expected["stats"])
    assert result.stats == pytest.approx(expected["stats"], abs=1e-4)  # one match more or less makes 1e-3


@pytest.mark.parametrize("seed", range(3))
def test_box_statistics__equal_pycocotools(scene, seed):
    truth, results = scene(seed, ties=True)
    for number, entry in enumerate(truth["annotations"]):
        entry |= {"id": number + 1, "iscrowd": 0}  # pycocotools takes id 0 for "no match"
    result = score_results(truth, results, box_ap=True)
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {"info": {}, **truth}
        coco.createIndex()
        evaluator = COCOeval(coco, coco.loadRes([dict(r) for r in results]), "bbox")
        evaluator.evaluate()
        evaluator.accumulate()
        evaluator.summarize()
    assert result.box_stats == pytest.approx(dict(zip(COCO_NAMES, evaluator.stats)), abs=EXACT)
    assert result.box_stats["AP"] > 0


def test_box_statistics__need_boxes(scene):
    truth, results = scene(0)
    for entry in truth["annotations"]:
        del entry["bbox"]
    assert score_results(truth, results).box_stats is None
    with pytest.raises(Exception, match="the people have no boxes"):
        score_results(truth, results, box_ap=True)
