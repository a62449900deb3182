from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

from mmsynloc.evaluation.functional import KEYPOINT_STAT_NAMES, STAT_NAMES
from tests.synloc_files import body_annotation, image_entry

TOOL = Path(__file__).parents[2] / "tools" / "evaluate.py"
IMAGES = [{"id": 0}, {"id": 5}]
PEOPLE = [
    {"id": 0, "image_id": 0, "category_id": 1, "area": 500, "position_on_pitch": [1.0, 2.0]},
    {"id": 1, "image_id": 5, "category_id": 1, "area": 500, "position_on_pitch": [3.0, 4.0]},
]
RESULTS = [
    {"image_id": 0, "category_id": 1, "score": 0.8, "position_on_pitch": [1.0, 2.0]},
    {"image_id": 5, "category_id": 1, "score": 0.4, "position_on_pitch": [9.0, 9.0]},
]


@pytest.fixture
def files(tmp_path):
    """Writes the files and returns the arguments that name them."""

    def write(truth=None, results=RESULTS) -> list[str]:
        truth = {"images": IMAGES, "annotations": PEOPLE, "categories": [{"id": 1}]} if truth is None else truth
        for name, data in (("gt", truth), ("results", results)):
            (tmp_path / f"{name}.json").write_text(json.dumps(data))
        return ["--ann-file", str(tmp_path / "gt.json"), "--results", str(tmp_path / "results.json")]

    return write


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs the tool and returns its exit status, standard output and error output."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", [str(TOOL), *arguments])
        monkeypatch.setattr("warnings.showwarning", lambda *_: None)  # put back what the tool sets
        with pytest.raises(SystemExit) as stop:
            runpy.run_path(str(TOOL), run_name="__main__")
        return (stop.value.code or 0, *capsys.readouterr())

    return call


PITCH = ("--position-from", "position_on_pitch")


def test_evaluate__no_detections(files, run, tmp_path):
    status, _, _ = run(*files(results=[]), *PITCH, "--out", str(tmp_path / "stats.json"))
    assert status == 0
    assert json.loads((tmp_path / "stats.json").read_text())["stats"]["AP"] == 0


def test_evaluate__writes_and_prints_the_statistics(files, run, tmp_path):
    out = tmp_path / "new" / "stats.json"
    status, text, errors = run(*files(), *PITCH, "--tau", "5", "--score-threshold", "0.5", "--out", str(out))
    assert (status, errors) == (0, "")
    report = json.loads(out.read_text())
    assert list(report.pop("stats")) == list(STAT_NAMES)
    expected = {"position_from": "position_on_pitch", "position_from_keypoint_index": None, "score_threshold": 0.5}
    assert report == {**expected, "tau": 5}
    assert "frame_accuracy" in text


def test_evaluate__without_keypoints_takes_what_there_is(files, run, tmp_path):
    assert not any("keypoints" in entry for entry in RESULTS)
    out = tmp_path / "stats.json"
    status, _, _ = run(*files(), "--out", str(out))
    assert status == 0
    assert json.loads(out.read_text())["position_from"] == "position_on_pitch"


def test_evaluate__subset_of_images(files, run, tmp_path):
    (tmp_path / "ids.json").write_text("[0]")
    out = tmp_path / "stats.json"
    run(*files(), *PITCH, "--out", str(out))
    whole = json.loads(out.read_text())["stats"]["AP"]
    run(*files(), *PITCH, "--img-ids", str(tmp_path / "ids.json"), "--out", str(out))
    # one of two people found: precision 1 up to recall 0.50, which is 51 of 101 points
    assert (whole, json.loads(out.read_text())["stats"]["AP"]) == (pytest.approx(51 / 101), pytest.approx(1))


def test_evaluate__equals_the_official_evaluator(golden, run, tmp_path):
    folder = golden / "locsim" / "edge"
    files = ["--ann-file", str(folder / "gt.json"), "--results", str(folder / "results.json")]
    status, _, _ = run(*files, "--out", str(tmp_path / "stats.json"))
    found, expected = (json.loads(p.read_text()) for p in (tmp_path / "stats.json", folder / "expected.json"))
    assert status == 0
    assert found["stats"] == pytest.approx(expected["stats"], abs=1e-4)  # as the evaluation itself
    assert found.keys() == expected.keys()


def test_evaluate__boxes_on_request(files, run, tmp_path):
    for entry in (people := json.loads(json.dumps(PEOPLE))):
        entry["bbox"] = [10, 10, 20, 40]
    truth = {"images": IMAGES, "annotations": people, "categories": [{"id": 1}]}
    results = [{**r, "bbox": [10, 10, 20, 40]} for r in RESULTS]
    out = tmp_path / "stats.json"
    status, text, _ = run(*files(truth, results), *PITCH, "--box-ap", "--out", str(out))
    assert status == 0
    assert json.loads(out.read_text())["box_stats"]["AP"] == pytest.approx(1)
    assert "Boxes" in text


def test_evaluate__oracles_on_request(files, run, tmp_path):
    out = tmp_path / "stats.json"
    status, text, _ = run(*files(), *PITCH, "--oracles", "--out", str(out))
    assert status == 0
    # One of two people is found; nothing is near the other one.
    assert json.loads(out.read_text())["oracles"] == pytest.approx(
        {
            "perfect ranking": 51 / 101,
            "true boxes, predicted points": 1,
            "true points, predicted scores": 51 / 101,
        }
    )
    assert "perfect ranking" in text


@pytest.mark.parametrize(
    ("truth", "results", "arguments", "message"),
    [
        ({"images": IMAGES}, RESULTS, (), "gt.json: has no annotations"),
        (None, [{**RESULTS[0], "score": float("nan")}], (), "results.json: not valid JSON: NaN is no number of JSON"),
        (None, [{**RESULTS[0], "score": "0.8"}], (), "results.json: entry [0]: score: expected a number, not a string"),
        (None, RESULTS, ("--position-from", "keypoint"), "results.json: the detections have no keypoints"),
        (None, RESULTS, ("--img-ids", "no/such.json"), "no/such.json: no such file"),
        (None, RESULTS, ("--tau", "-1"), "tau is -1.0"),
        (None, RESULTS, ("--box-ap",), "results.json: no box AP: the detections have no bbox"),
    ],
)
def test_evaluate__bad_input_is_one_line_and_status_1(files, run, tmp_path, truth, results, arguments, message):
    out = tmp_path / "stats.json"
    status, text, errors = run(*files(truth, results), *PITCH, *arguments, "--out", str(out))
    assert (status, text) == (1, "")
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1
    assert message in errors
    assert not out.exists()


def test_evaluate__detections_of_other_images_are_counted(files, run):
    status, _, errors = run(*files(results=[*RESULTS, {**RESULTS[0], "image_id": 7}]), *PITCH)
    assert status == 0
    assert errors.startswith("WARNING: ")
    assert "1 of 3" in errors


def test_evaluate__broken_json(files, run, tmp_path):
    arguments = files()
    (tmp_path / "results.json").write_text("[{")
    status, _, errors = run(*arguments, *PITCH)
    assert status == 1
    assert "results.json: not valid JSON" in errors


def test_evaluate__warns_of_full_hd_pixels(golden, run, tmp_path):
    folder = golden / "locsim" / "keypoint"
    results = json.loads((folder / "results.json").read_text())
    for entry in results:
        entry["keypoints"] = [v / 2 for v in entry["keypoints"]]
    (tmp_path / "results.json").write_text(json.dumps(results))
    status, _, errors = run("--ann-file", str(folder / "gt.json"), "--results", str(tmp_path / "results.json"))
    assert status == 0
    assert errors.startswith("WARNING: COORDINATE ALARM")
    assert errors.count("\n") == 1


def test_evaluate__keypoints_3d(files, run, tmp_path):
    person = body_annotation(0, 0, (0.0, 0.0))
    found = {"image_id": 0, "category_id": 1, "score": 0.5, "keypoints_3d": person["keypoints_3d"]}
    arguments = files({"images": [image_entry(0)], "annotations": [person]}, [found])
    status, out, _ = run(*arguments, "--keypoints-3d", "coco", "--tau", "2", "--out", str(tmp_path / "stats.json"))
    assert status == 0
    assert "Mean LocSim of 3D keypoints, coco, tau 2 m" in out
    report = json.loads((tmp_path / "stats.json").read_text())
    assert (report["keypoints_3d"], report["tau"], report["score_threshold"]) == ("coco", 2, None)
    assert tuple(report["stats"]) == KEYPOINT_STAT_NAMES
    assert report["stats"]["AP"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*PITCH, "--keypoint-index", "1"], "--keypoint-index does not go with --position-from position_on_pitch"),
        (["--keypoint-index", "-1"], "--keypoint-index counts from 0"),
        (["--out", ""], "--out '': a folder, not a file"),
    ],
)
def test_evaluate__arguments_that_do_not_fit(files, run, arguments, message):
    status, _, err = run(*files(), *arguments)
    assert status == 2
    assert message in err


def test_evaluate__keypoints_3d_of_another_file_or_with_positions(files, run):
    status, _, err = run(*files(), "--keypoints-3d", "coco")
    assert (status, err.count("\n")) == (1, 1)
    assert "people have 0 keypoints_3d, not the 25 of BODY_25" in err
    status, _, err = run(*files(), "--keypoints-3d", "coco", *PITCH)
    assert status == 2
    assert "--keypoints-3d does not go with --position-from" in err


def _with_keypoints(number: int) -> list[dict]:
    return [{"image_id": 0, "category_id": 1, "score": 0.8, "keypoints": [[2000.0, 900.0, 1.0]] * number}]


def test_evaluate__keypoints_of_another_skeleton_are_no_positions(files, run):
    truth = {"images": [image_entry(0)], "annotations": PEOPLE[:1], "categories": [{"id": 1}]}
    status, _, error = run(*files(truth, _with_keypoints(17)))
    assert status == 1
    assert "has 17 keypoints: keep pelvis and pelvis_ground" in error
    assert run(*files(truth, _with_keypoints(17)), "--keypoint-index", "16")[0] == 0


def test_evaluate__the_only_keypoint_is_the_position(files, run):
    truth = {"images": [image_entry(0)], "annotations": PEOPLE[:1], "categories": [{"id": 1}]}
    assert run(*files(truth, _with_keypoints(1)))[0] == 0
