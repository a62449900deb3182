from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from mmsynloc.ensemble import fuse_detections, fuse_files
from mmsynloc.evaluation import score_files
from mmsynloc.files import read_annotations, read_results, write_submission
from mmsynloc.utils import UserError
from tests.synloc_files import annotation, camera, image_entry, write_annotations
from tests.test_evaluation.conftest import make_scene


@pytest.fixture
def write(tmp_path):
    """Writes one result of detections ``(image, score, x, y)``, each with box and keypoints."""

    def call(name, detections, *, keep=("bbox", "keypoints")):
        rows = []
        for image, score, x, y in detections:
            entry = annotation(0, image, (x, y), score=score)
            rows.append({k: v for k, v in entry.items() if k in ("image_id", "category_id", "score", *keep)})
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(rows))
        return path

    return call


@pytest.fixture
def fuse(tmp_path):
    ann = write_annotations(tmp_path / "ann.json", [image_entry(i) for i in range(3)], None)

    def call(*results, **options):
        number = fuse_files(ann, results, tmp_path / "out.json", progress=False, **options)
        found = read_results(tmp_path / "out.json")
        assert number == len(found)
        return found

    return call


def positions_m(detections):
    return camera().pixel_to_pitch(detections.keypoints[:, 1, :2]).points


def test_fuse__nothing(write, fuse):
    assert len(fuse(write("a", []), write("b", []))) == 0


def test_fuse__one_result_is_empty_halves_the_scores(write, fuse):
    found = fuse(write("a", [(0, 0.8, 1, 2)]), write("b", []))
    assert found.scores.tolist() == pytest.approx([0.4])
    np.testing.assert_allclose(positions_m(found), [[1, 2]], atol=1e-6)


def test_fuse__by_hand(write, fuse):
    a, b = write("a", [(0, 0.9, 0, 0), (0, 0.5, 10, 0)]), write("b", [(0, 0.3, 0.4, 0), (1, 0.6, 0, 0)])
    found = fuse(a, b)
    assert found.image_ids.tolist() == [0, 0, 1]
    assert found.scores.tolist() == pytest.approx([(0.9 + 0.3) / 2, 0.5 / 2, 0.6 / 2])
    # The first is 0.9 * 0 + 0.3 * 0.4 over 0.9 + 0.3 = 0.1 m along x, on the ground.
    np.testing.assert_allclose(positions_m(found), [[0.1, 0], [10, 0], [0, 0]], atol=1e-6)
    boxes = [read_results(path).boxes_xywh[0] for path in (a, b)]
    np.testing.assert_allclose(found.boxes_xywh[0], (0.9 * boxes[0] + 0.3 * boxes[1]) / 1.2)


def test_fuse__weights(write, fuse):
    found = fuse(write("a", [(0, 0.6, 0, 0)]), write("b", [(0, 0.6, 0.4, 0)]), weights=[3, 1])
    assert found.scores.tolist() == pytest.approx([0.6])
    np.testing.assert_allclose(positions_m(found), [[0.1, 0]], atol=1e-6)
    found = fuse(write("a", [(0, 0.6, 0, 0)]), write("b", []), weights=[3, 1])
    assert found.scores.tolist() == pytest.approx([0.45])


def test_fuse__weights_whose_sum_overflows(write, fuse):
    found = fuse(write("a", [(0, 0.6, 0, 0)]), write("b", [(0, 0.4, 0, 0)]), weights=[1.5e308, 1.5e308])
    assert found.scores.tolist() == pytest.approx([0.5])


def test_fuse__two_detections_of_one_result_stay_two(write, fuse):
    found = fuse(write("a", [(0, 0.9, 0, 0), (0, 0.8, 0.2, 0)]), write("b", [(0, 0.7, 0.25, 0)]))
    assert found.scores.tolist() == pytest.approx([0.75, 0.45])


def test_fuse__scores_of_zero(write, fuse):
    found = fuse(write("a", [(0, 0.0, 0, 0)]), write("b", [(0, 0.0, 0.4, 0)]))
    assert found.scores.tolist() == [0]
    np.testing.assert_allclose(positions_m(found), [[0.2, 0]], atol=1e-6)


def test_fuse__positions_without_keypoints(write, fuse, tmp_path):
    keep = ("position_on_pitch",)
    zipped = tmp_path / "b.zip"
    write_submission(write("b", [(0, 0.3, 0.4, 0)], keep=keep), 0.5, zipped, keypoint_index=None)
    found = fuse(write("a", [(0, 0.9, 0, 0)], keep=keep), zipped)
    np.testing.assert_allclose(found.positions_pitch_m, [[0.1, 0]], atol=1e-9)
    assert found.keypoints is None


def test_fuse__at_most_as_many_as_the_evaluation_takes(write, fuse):
    many = [(0, 0.5 + 0.001 * i, i % 20, i // 20) for i in range(90)]
    far = [(0, 0.5 + 0.001 * i, i % 20 + 0.5, -5 - i // 20) for i in range(90)]
    found = fuse(write("a", many), write("b", far))
    assert len(found) == 100
    assert (np.diff(found.scores) <= 0).all()


def test_fuse__images_that_the_annotations_lack_are_left_out(write, fuse):
    with pytest.warns(UserWarning, match="1 of 2 detections are left out"):
        found = fuse(write("a", [(0, 0.9, 0, 0), (7, 0.9, 0, 0)]), write("b", []))
    assert found.image_ids.tolist() == [0]


def test_fuse__a_result_with_itself_keeps_its_score(tmp_path):
    scene, results = make_scene(3)
    (tmp_path / "ann.json").write_text(json.dumps(scene))
    (tmp_path / "res.json").write_text(json.dumps(results))
    both = [tmp_path / "res.json"] * 2
    fuse_files(tmp_path / "ann.json", both, tmp_path / "out.json", radius_m=0.001, progress=False)
    before, after = (score_files(tmp_path / "ann.json", tmp_path / name).stats for name in ("res.json", "out.json"))
    assert after["AP"] == pytest.approx(before["AP"])


@pytest.mark.parametrize(
    ("number", "options", "message"),
    [
        (1, {}, "takes two results or more"),
        (2, {"weights": [1, 2, 3]}, "3 weights for 2 results"),
        (2, {"weights": [1, 0]}, "weights are 1, 0, not all positive"),
        (2, {"radius_m": 0}, "the radius is 0"),
    ],
)
def test_fuse__bad_options_are_one_line(write, fuse, tmp_path, number, options, message):
    with pytest.raises(UserError, match=message):
        fuse(*[write("a", [(0, 0.9, 0, 0)])] * number, **options)
    assert not (tmp_path / "out.json").exists()


def test_fuse__different_fields_are_refused(write, fuse, tmp_path):
    with pytest.raises(UserError, match=r"b\.json: its keypoints have another form than those of .*a\.json"):
        fuse(write("a", [(0, 0.9, 0, 0)]), write("b", [(0, 0.9, 0, 0)], keep=("bbox", "position_on_pitch")))
    with pytest.raises(UserError, match=r"b\.json: its boxes have"):
        fuse(write("a", [(0, 0.9, 0, 0)]), write("b", [(0, 0.9, 0, 0)], keep=("keypoints",)))
    assert not (tmp_path / "out.json").exists()


def _submission(write, tmp_path, name, rows, metadata):
    """A submission of results that have keypoints and positions."""
    path = write(name, rows)
    entries = json.loads(path.read_text())
    for entry, (_, _, x, y) in zip(entries, rows):
        entry["position_on_pitch"] = [x + 20.0, y]
    path.write_text(json.dumps(entries))
    zipped = tmp_path / f"{name}.zip"
    write_submission(path, 0.5, zipped, metadata)
    return zipped


def test_fuse__submissions_that_state_their_positions(write, fuse, tmp_path):
    rows = [(0, 0.9, 1, 2)]
    found = fuse(*(_submission(write, tmp_path, name, rows, None) for name in "ab"))
    assert found.keypoints is None
    np.testing.assert_allclose(found.positions_pitch_m, [[21, 2]], atol=1e-9)
    found = fuse(*(_submission(write, tmp_path, name, rows, 1) for name in "ab"))
    np.testing.assert_allclose(positions_m(found), [[1, 2]], atol=1e-6)


def test_fuse__the_ground_point_alone_and_boxes_alone(write, fuse):
    rows = [(0, 0.9, 1, 2)]
    paths = []
    for name in "ab":
        path = write(name, rows)
        entries = [
            {**entry, "keypoints": np.reshape(entry["keypoints"], (-1, 3))[-1].tolist()}
            for entry in json.loads(path.read_text())
        ]
        path.write_text(json.dumps(entries))
        paths.append(path)
    found = fuse(*paths)
    np.testing.assert_allclose(camera().pixel_to_pitch(found.keypoints[:, 0, :2]).points, [[1, 2]], atol=1e-6)
    boxes = [write(name, rows, keep=("bbox",)) for name in "cd"]
    assert np.isfinite(fuse(*boxes).positions_pitch_m).all()


def test_fuse_detections__images_that_the_annotations_lack(write, tmp_path):
    annotations = read_annotations(write_annotations(tmp_path / "ann.json", [image_entry(3)], None))
    result = read_results(write("a", [(3, 0.9, 0, 0), (777, 0.8, 0, 0)]))
    placed = replace(result, positions_pitch_m=np.zeros((2, 2)))
    (found,) = fuse_detections(annotations, [placed, placed], [1, 1])
    assert found.image_ids.tolist() == [3]


def test_fuse__results_of_another_split_leave_the_output_alone(write, fuse, tmp_path):
    (tmp_path / "out.json").write_text("before")
    ours, theirs = write("a", [(0, 0.9, 1, 2)]), write("b", [(7, 0.9, 1, 2)])
    with (
        pytest.warns(UserWarning, match="1 of 1 detections are left out"),
        pytest.raises(UserError, match=r"b\.json: none of its detections is an athlete in an image of .*ann\.json"),
    ):
        fuse(ours, theirs)
    assert (tmp_path / "out.json").read_text() == "before"
