from __future__ import annotations

import json

import numpy as np
import pytest

from mmsynloc.apis.error_report import write_error_report
from mmsynloc.evaluation import score_detections, score_files
from mmsynloc.files import read_annotations, read_results
from mmsynloc.utils import UserError
from tests.synloc_files import annotation, image_entry, write_annotations, write_split
from tests.test_evaluation.conftest import make_scene

FEW = 20  # draws


@pytest.fixture
def files(tmp_path):
    """Writes a scene and returns its annotation and results files."""

    def write(seed: int = 0, **options):
        scene, results = make_scene(seed, **options)
        (tmp_path / f"ann{seed}.json").write_text(json.dumps(scene))
        (tmp_path / f"res{seed}.json").write_text(json.dumps(results))
        return tmp_path / f"ann{seed}.json", tmp_path / f"res{seed}.json"

    return write


def report(ann, *results, out=None, **options):
    out = out or ann.parent / "report.html"
    reports = write_error_report(ann, results, out, replicates=FEW, progress=False, **options)
    return reports, out.read_text()


def test_report__empty_result(files):
    ann, results = files()
    results.write_text("[]")
    (only,), page = report(ann, results)
    assert only.stats[1.0]["AP"] == 0
    assert "no detections for these images" in page
    assert "nan" not in page.split("<section")[1]


@pytest.mark.parametrize("options", [{}, {"num_images": 1}, {"ties": True}], ids=["scene", "one image", "ties"])
def test_report__scores_are_the_official_ones(files, options):
    ann, results = files(1, **options)
    (only,), page = report(ann, results)
    for tau_m in (1.0, 5.0):
        expected = score_files(ann, results, tau_m=tau_m, score_threshold=only.analysis.operating.threshold).stats
        assert only.stats[tau_m] == expected
        assert f"{expected['AP']:.3f}" in page
    assert only.analysis.repairs.base == pytest.approx(only.stats[1.0]["AP"])
    assert "Comparison" not in page


def test_report__needs_no_other_file(files):
    _, page = report(*files())
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert 'src="data:image/svg+xml;base64,' in page


def test_report__several_results_are_compared_with_the_first(files):
    ann, results = files()
    perfect = [{**p, "score": 1.0} for p in json.loads(ann.read_text())["annotations"]]
    other = ann.parent / "perfect.json"
    other.write_text(json.dumps(perfect))
    reports, page = report(ann, results, other)
    assert [r.name for r in reports] == ["res0", "perfect"]
    assert reports[1].stats[1.0]["AP"] > 0.99
    assert "Comparison with res0" in page
    assert "better" in page


def test_report__same_file_twice(files):
    ann, results = files()
    reports, page = report(ann, results, results)
    assert len({r.name for r in reports}) == 2
    assert "no difference shown" in page


def test_report__threshold_of_val(files):
    ann, results = files(0)
    val_ann, val_results = files(1)
    (only,), page = report(ann, results, val_ann_file=val_ann, val_results_files=[val_results])
    chosen = score_files(val_ann, val_results).stats["score_threshold"]
    assert only.analysis.operating.threshold == chosen
    assert only.stats[1.0]["score_threshold"] == chosen
    assert "chosen on res1.json" in page


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"val_ann_file": "ann0.json"}, "there are 0"),
        ({"val_results_files": ["res0.json"]}, "--val-ann"),
        ({"images": "nowhere"}, "nowhere: no such folder"),
    ],
)
def test_report__wrong_options(files, monkeypatch, options, message):
    ann, results = files()
    monkeypatch.chdir(ann.parent)
    with pytest.raises(UserError, match=message):
        report(ann, results, **options)
    assert not (ann.parent / "report.html").exists()


def test_report__results_of_another_split(files):
    ann, results = files()
    entries = json.loads(results.read_text())
    results.write_text(json.dumps([{**entry, "image_id": entry["image_id"] + 1000} for entry in entries]))
    with pytest.raises(UserError, match=r"res0.json: none of its images is in .*ann0.json"):
        report(ann, results)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda entries: [], "has no detections, by which a score threshold could be chosen"),
        (lambda entries: [{**e, "image_id": e["image_id"] + 1000} for e in entries], "none of its images is in"),
    ],
)
def test_report__no_threshold_is_chosen_on_another_split(files, change, message):
    ann, results = files()
    other = ann.parent / "val.json"
    other.write_text(json.dumps(change(json.loads(results.read_text()))))
    with pytest.raises(UserError, match=f"val.json: {message}"):
        report(ann, results, val_ann_file=ann, val_results_files=[other])


def test_report__boxes_alone(files):
    ann, results = files()
    kept = ("image_id", "category_id", "score", "bbox")
    entries = [{name: entry[name] for name in kept} for entry in json.loads(results.read_text())]
    results.write_text(json.dumps(entries))
    (found,), _ = report(ann, results)
    expected = score_detections(read_annotations(ann), read_results(results), position_from="bbox").stats
    assert found.own_stats["AP"] == expected["AP"]


def test_report__results_of_another_split_with_the_same_ids(tmp_path):
    images = [image_entry(i) for i in range(4)]
    people = [annotation(i, i % 4, (5.0 * i - 30, 10.0)) for i in range(12)]
    ann = write_annotations(tmp_path / "ann.json", images, people)
    results = tmp_path / "results.json"
    elsewhere = [annotation(i, i % 4, (5.0 * i - 30, -20.0), score=0.5) for i in range(12)]
    results.write_text(json.dumps(elsewhere))
    (only,), page = report(ann, results)
    assert len(only.advice) == 1
    assert "results of another split" in page


def test_report__detections_that_are_left_out_are_counted(files):
    ann, results = files()
    entries = json.loads(results.read_text())
    results.write_text(json.dumps([{**entries[0], "image_id": 999}, *entries]))
    (only,), page = report(ann, results)
    assert any("1 of" in note and "left out" in note for note in only.notes)
    assert "left out" in page


def test_report__no_people(tmp_path):
    results = tmp_path / "results.json"
    results.write_text("[]")
    for people, message in (([], "there are no people"), (None, "has no annotations")):
        with pytest.raises(UserError, match=message):
            report(write_annotations(tmp_path / "ann.json", [image_entry()], people), results)


def test_report__positions_without_boxes_and_keypoints(files):
    ann, results = files()
    (only,), _ = report(ann, results)
    entries = json.loads(results.read_text())
    rows = only.analysis.matched.case.arrangement.det_row
    positions = only.analysis.matched.case.det_positions_m[np.argsort(rows)]
    bare = [
        {"image_id": e["image_id"], "category_id": 1, "score": e["score"], "position_on_pitch": p}
        for e, p in zip(entries, positions.tolist())
    ]
    from mmsynloc.files import write_submission

    results.write_text(json.dumps(bare))
    zipped = ann.parent / "submission.zip"
    write_submission(results, 0.5, zipped, keypoint_index=None)
    (only,), page = report(ann, zipped)
    assert only.threshold_from == "that of the submission"
    assert set(only.analysis.groups) == {"distance from the camera", "camera"}
    assert "bottom of the box" not in only.oracles[1.0]
    assert only.analysis.offsets_px.number == 0
    assert "Worst images" in page


def test_report__pictures_of_the_worst(tmp_path):
    ann = write_split(tmp_path, "val", [[(0, 0), (5, 10)], [(3, 3)], []])
    people = json.loads(ann.read_text())["annotations"]
    results = tmp_path / "results.json"
    results.write_text(json.dumps([{**people[0], "score": 0.5}, {**people[2], "score": 0.9}]))
    (tmp_path / "val" / "000001.jpg").unlink()
    _, page = report(ann, results, images=tmp_path / "val")
    assert page.count("data:image/jpeg;base64,") == 1  # image 0 misses one; nothing is wrong in the others
    results.write_text("[]")
    _, page = report(ann, results, images=tmp_path / "val")
    assert "000001.jpg: No such file or directory" in page
