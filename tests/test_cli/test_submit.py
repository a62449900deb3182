"""What a submission holds, and that its zip scores as the test did."""

from __future__ import annotations

import json
from itertools import chain

import pytest

from mmsynloc.cli import check, evaluate, submit, test
from mmsynloc.files import read_submission
from mmsynloc.minisynloc import generate
from mmsynloc.utils import UserError, dump_json

MODEL = ["mmsynloc::demo_synloc-twostage.py", "mmsynloc::demo_synloc-twostage.pth"]
QUICK = [
    "--cfg-options",
    "test_dataloader.num_workers=0",
    "test_dataloader.persistent_workers=False",
    "test_dataloader.dataset.input_size=960,544",
]


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    root = tmp_path_factory.mktemp("mini")
    generate(root / "data", 0, 0, 2, 0, seed=3)
    return root / "data"


def _stats(path):
    return json.loads(path.read_text())["stats"]


def _detection(image_id: int, bbox: list, keypoints: list) -> dict:
    return {"image_id": image_id, "category_id": 1, "bbox": bbox, "score": 0.5, "keypoints": keypoints}


def test_submit__zip_of_two_stages_with_tiles_scores_as_the_test(mini, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("SYNLOC_ROOT", str(mini))
    options = [*MODEL, "--tiles", "camera", "--work-dir", str(tmp_path / "run"), *QUICK]
    test.main([*options, "--stats", str(tmp_path / "test.json")])
    assert submit.main([*options, "--split", "test", "--out", str(tmp_path / "sub.zip")]) == 0
    ann_file = str(mini / "annotations" / "test.json")
    evaluate.main(["--ann-file", ann_file, "--results", str(tmp_path / "sub.zip"), "--out", str(tmp_path / "zip.json")])
    assert _stats(tmp_path / "zip.json") == _stats(tmp_path / "test.json")
    told = json.loads((tmp_path / "sub.threshold.json").read_text())
    assert told["chosen_by"] == f"validation of {MODEL[1]}"
    assert told["predictions"]["tiles"] == "camera"
    assert told["score_threshold"] == _stats(tmp_path / "test.json")["score_threshold"]
    assert "valid" in capsys.readouterr().out


def test_submit__saved_results_with_the_threshold_of_val(mini, tmp_path) -> None:
    ann_file = mini / "annotations" / "test.json"
    people = json.loads(ann_file.read_text())["annotations"]
    fused = tmp_path / "fused.json"
    dump_json(
        [_detection(p["image_id"], p["bbox"], [*p["keypoints"][0], *p["keypoints"][1]]) for p in people],
        fused,
    )
    dump_json({"stats": {"score_threshold": 0.25}}, tmp_path / "val.json")
    arguments = ["--results", str(fused), "--ann-file", str(ann_file), "--out", str(tmp_path / "s.zip")]
    assert submit.main([*arguments, "--threshold-from", str(tmp_path / "val.json")]) == 0
    told = json.loads((tmp_path / "s.threshold.json").read_text())
    assert (told["score_threshold"], told["chosen_by"]) == (0.25, str(tmp_path / "val.json"))
    with pytest.raises(UserError, match="no number score_threshold"):
        submit.main([*arguments, "--threshold-from", str(ann_file)])


@pytest.mark.parametrize("given", ["boxes", "positions", "nothing"])
def test_submit__results_without_keypoints_score_as_they_are(mini, tmp_path, given) -> None:
    ann_file = str(mini / "annotations" / "test.json")
    people = json.loads((mini / "annotations" / "test.json").read_text())["annotations"]
    where = {"boxes": "bbox", "positions": "position_on_pitch"}.get(given, "keypoint")
    detections = [
        {"image_id": p["image_id"], "category_id": 1, "score": 0.5, where: p[where]} for p in people if where in p
    ]
    if given == "boxes":  # over the horizon there is no position
        detections.append({"image_id": 1, "category_id": 1, "score": 0.1, "bbox": [5.0, -9000.0, 8.0, 20.0]})
    dump_json(detections, tmp_path / "r.json")
    out = tmp_path / "s.zip"
    arguments = ["--results", str(tmp_path / "r.json"), "--ann-file", ann_file, "--score-threshold", "0.4"]
    assert submit.main([*arguments, "--out", str(out)]) == 0
    if given != "nothing":
        flag = {"boxes": "bbox", "positions": "position_on_pitch"}[given]
        evaluation = ["--ann-file", ann_file, "--position-from"]
        evaluate.main(
            [*evaluation, flag, "--results", str(tmp_path / "r.json"), "--out", str(tmp_path / "r.stats.json")]
        )
        evaluate.main([*evaluation, "position_on_pitch", "--results", str(out), "--out", str(tmp_path / "zip.json")])
        assert _stats(tmp_path / "zip.json")["AP"] == _stats(tmp_path / "r.stats.json")["AP"] > 0
        assert read_submission(out).keypoint_index is None


@pytest.mark.parametrize(("number", "index"), [(1, 0), (2, 1), (17, None)])
def test_submit__the_keypoint_on_the_ground(mini, tmp_path, number, index) -> None:
    ann_file = mini / "annotations" / "test.json"
    people = json.loads(ann_file.read_text())["annotations"]
    points = [[[9.0, 9.0, 1.0]] * max(number - 2, 0) + person["keypoints"] for person in people]
    entries = [
        {
            **_detection(p["image_id"], p["bbox"], [*chain.from_iterable(k[-number:])]),
            "position_on_pitch": p["position_on_pitch"],
        }
        for p, k in zip(people, points)
    ]
    dump_json(entries, tmp_path / "r.json")
    out = tmp_path / "s.zip"
    arguments = ["--results", str(tmp_path / "r.json"), "--ann-file", str(ann_file), "--score-threshold", "0.4"]
    assert submit.main([*arguments, "--out", str(out)]) == 0
    assert read_submission(out).keypoint_index == index
    for entry in entries:
        del entry["position_on_pitch"]
    dump_json(entries, tmp_path / "r.json")
    if index is None:
        with pytest.raises(UserError, match=r"r\.json: has 17 keypoints: keep pelvis and pelvis_ground"):
            submit.main([*arguments, "--out", str(out)])


def test_submit__boxes_of_another_split(mini, tmp_path) -> None:
    ann_file = str(mini / "annotations" / "test.json")
    dump_json([{"image_id": 99, "category_id": 1, "bbox": [0, 0, 5, 9], "score": 0.5}], tmp_path / "r.json")
    arguments = ["--results", str(tmp_path / "r.json"), "--ann-file", ann_file, "--score-threshold", "0.4"]
    with pytest.raises(UserError, match=r"r\.json: 1 detections are of images that .* lacks: another split"):
        submit.main([*arguments, "--out", str(tmp_path / "s.zip")])


def test_submit__the_file_beside_the_zip_is_no_input(mini, tmp_path) -> None:
    held = tmp_path / "s.threshold.json"
    held.write_text('{"score_threshold": 0.4, "chosen_by": "validation of a.pth"}')
    arguments = ["--results", "r.json", "--ann-file", "a.json", "--threshold-from", str(held)]
    with pytest.raises(UserError, match=r"s\.threshold\.json: is read by this command"):
        submit.main([*arguments, "--out", str(tmp_path / "s.zip")])


def test_submit__what_is_not_valid_is_not_written(mini, tmp_path, capsys) -> None:
    ann_file = mini / "annotations" / "test.json"
    dump_json([_detection(99, [0, 0, 1, 1], [0, 0, 1, 0, 0, 1])], tmp_path / "r.json")
    out = tmp_path / "s.zip"
    arguments = ["--results", str(tmp_path / "r.json"), "--ann-file", str(ann_file), "--score-threshold", "0.4"]
    assert submit.main([*arguments, "--out", str(out)]) == 1
    assert not out.exists()
    assert "not written" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--results", "r.json"], "--results needs --ann-file"),
        (["--results", "r.json", "--ann-file", "a.json"], "--results needs --threshold-from or --score-threshold"),
        (["c.py", "m.pth", "--threshold-from", "v.json"], "--threshold-from goes with --results"),
        ([], "CONFIG and CHECKPOINT are needed"),
    ],
)
def test_submit__flags_that_do_not_fit(arguments, message, capsys) -> None:
    with pytest.raises(SystemExit):
        submit.main(arguments)
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        '{"stats": null}',
        '{"stats": [1]}',
        "[1]",
        "{}",
        '{"score_threshold": true}',
        f'{{"score_threshold": {"9" * 400}}}',
    ],
)
def test_read_threshold__has_none(tmp_path, text):
    (tmp_path / "val.json").write_text(text)
    with pytest.raises(UserError, match=r"val\.json: it has no number score_threshold"):
        submit.read_threshold(tmp_path / "val.json")


@pytest.mark.parametrize("out", ["", ".", "/"])
def test_submit__out_is_no_file(out, tmp_path) -> None:
    with pytest.raises(UserError, match=r"--out .* a folder, not a file"):
        submit.main([*MODEL, "--out", out])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--check", "a.zip", "--ann-file", "a.json", "--out", "b.zip"], "--check looks at a zip; --out would play"),
        (
            ["--results", "f.json", "--score-threshold", "0", "--ann-file", "a.json", "--split", "test"],
            "--results packs what is there; --split would play",
        ),
        ([*MODEL, "--ann-file", "a.json"], "the config names the annotation file; --ann-file would play"),
    ],
)
def test_submit__arguments_that_would_play_no_part(arguments, message, capsys) -> None:
    with pytest.raises(SystemExit):
        submit.main(arguments)
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["--out", "--stats"])
def test_test__annotations_are_no_output(flag, mini, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SYNLOC_ROOT", str(mini))
    annotations = mini / "annotations" / "test.json"
    with pytest.raises(UserError, match=rf"{flag} .*test\.json: is read by this command"):
        test.main([*MODEL, flag, str(annotations), "--work-dir", str(tmp_path)])


def test_submit__annotations_are_no_output(mini, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SYNLOC_ROOT", str(mini))
    annotations = mini / "annotations" / "test.json"
    with pytest.raises(UserError, match=r"--out .*test\.json: is read by this command"):
        submit.main([*MODEL, "--split", "test", "--out", str(annotations), "--work-dir", str(tmp_path)])


def test_check__annotations_are_no_output(mini) -> None:
    annotations = mini / "annotations" / "test.json"
    before = annotations.read_bytes()
    with pytest.raises(UserError, match=r"--json .*test\.json: is read by this command"):
        check.main(["--root", str(mini), "--no-figures", "--json", str(annotations)])
    assert annotations.read_bytes() == before


def test_submit__saved_results_are_of_no_model(tmp_path, capsys) -> None:
    with pytest.raises(SystemExit):
        submit.main([*MODEL, "--results", "f.json", "--score-threshold", "0.4", "--ann-file", "a.json"])
    assert "--results packs what is there; CONFIG, CHECKPOINT would play no part" in capsys.readouterr().err
