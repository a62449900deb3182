"""The rules of results files."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from mmsynloc.files import Detections, parse_results, read_results, write_results
from mmsynloc.utils import UserError


def entry(image_id: int = 0, score: float = 0.5, **changes: object) -> dict:
    box, keypoints = [10.0, 20.0, 30.0, 40.0], [1.0, 2.0, 0.9, 3.0, 4.0, 0.8]
    made = {"image_id": image_id, "category_id": 1, "score": score, "bbox": box, "keypoints": keypoints, **changes}
    return {name: value for name, value in made.items() if value is not None}


def some(number: int, img_id: int = 0, seed: int = 0) -> Detections:
    rng = np.random.default_rng(seed)
    ids, ones = np.full(number, img_id), np.ones(number, np.int64)
    boxes, keypoints = rng.uniform(1, 1000, (number, 4)), rng.uniform(1, 1000, (number, 2, 3))
    return Detections("made", ids, ones, rng.random(number), boxes, keypoints, rng.uniform(-30, 30, (number, 2)))


def test_parse_results__empty():
    assert len(parse_results([])) == 0
    assert parse_results([]).finite().shape == (0,)


def test_parse_results__columns_in_file_order():
    found = parse_results([entry(3, 0.25), entry(0, 0.75, keypoints=[[5, 6, 1], [7, 8, 1]])])
    assert found.image_ids.tolist() == [3, 0]
    assert found.scores.tolist() == [0.25, 0.75]
    assert found.boxes_xywh.shape == (2, 4)
    assert found.keypoints[1].tolist() == [[5, 6, 1], [7, 8, 1]]
    assert found.positions_pitch_m is found.areas_px2 is None


def test_parse_results__positions_with_two_or_three_numbers():
    entries = [entry(position_on_pitch=[1, 2], keypoints=None), entry(position_on_pitch=[3, 4, 0], keypoints=None)]
    assert parse_results(entries).positions_pitch_m.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"image_id": None}, r"\[1\]: image_id is missing"),
        ({"image_id": True}, r"\[1\]: image_id: expected an integer, not true or false"),
        ({"image_id": "0"}, r"\[1\]: image_id: expected an integer, not a string"),
        ({"category_id": None}, r"\[1\]: category_id is missing"),
        ({"category_id": "person"}, r"\[1\]: category_id: expected an integer"),
        ({"score": "high"}, r"\[1\]: score: expected a number, not a string"),
        ({"bbox": None}, r"\[1\]: bbox is missing, though other entries have it"),
        ({"bbox": ["1", "2", "3", "4"]}, r"\[1\]: bbox\[0\]: expected a number, not a string"),
        ({"bbox": [1, 2, -3, 4]}, r"\[1\]: bbox has a negative width or height"),
        ({"keypoints": None}, r"\[1\]: keypoints is missing, though"),
        ({"keypoints": [1, 2, 3, 4]}, r"\[1\]: keypoints are not triplets"),
        ({"keypoints": [[1, 2], [3, 4], [1, 1]]}, r"\[1\]: keypoints\[0\]: expected a list of length 3"),
        ({"keypoints": [1, 2, 1]}, r"\[1\]: has 1 keypoints, the first entry 2"),
        ({"area": 3.0}, r"\[0\]: area is missing, though"),
        ({"keypoints_3d": [1, 2, 3]}, r"\[0\]: keypoints_3d is missing, though"),
    ],
)
def test_parse_results__broken_rules_are_named(change, message):
    with pytest.raises(UserError, match=rf"^r\.json: entry {message}"):
        parse_results([entry(), entry(**change)], "r.json")


def test_parse_results__not_a_list():
    with pytest.raises(UserError, match="expected a list, not an object"):
        parse_results({"results": []})


def test_read_results__not_finite(tmp_path):
    (tmp_path / "r.json").write_text(json.dumps([entry(score=float("nan"))]))
    with pytest.raises(UserError, match=r"r\.json: not valid JSON: NaN"):
        read_results(tmp_path / "r.json")


def test_read_results__byte_order_mark_is_passed_over(tmp_path):
    (tmp_path / "r.json").write_bytes(b"\xef\xbb\xbf[]")
    assert len(read_results(tmp_path / "r.json")) == 0


def test_write_results__empty(tmp_path):
    for parts in ([], [some(0)]):
        write_results(parts, tmp_path / "r.json")
        assert json.loads((tmp_path / "r.json").read_text()) == []


def test_write_results__reads_back_the_same(tmp_path):
    parts = [some(3, img_id=4), some(0), some(2, img_id=0, seed=1)]
    write_results(parts, tmp_path / "r.json")
    read, made = read_results(tmp_path / "r.json"), Detections.concatenate(parts, "")
    for name in ("image_ids", "category_ids", "scores", "boxes_xywh", "keypoints", "positions_pitch_m"):
        np.testing.assert_array_equal(getattr(read, name), getattr(made, name))


def test_write_results__nothing_half_written(tmp_path):
    bad = some(2)
    bad.scores[1] = np.nan
    with pytest.raises(ValueError, match="finite"):
        write_results([some(2), bad], tmp_path / "r.json")
    assert list(tmp_path.iterdir()) == []


def test_detections_finite__any_column_counts():
    found = some(5)
    found.scores[0] = np.nan
    found.boxes_xywh[1, 2] = np.inf
    found.keypoints[2, 1, 0] = np.nan
    found.positions_pitch_m[3, 1] = np.nan
    assert found.finite().tolist() == [False] * 4 + [True]
    assert len(found[found.finite()].keypoints) == 1


def test_detections_concatenate__leaves_out_columns_that_a_part_lacks():
    bare = Detections("bare", np.zeros(1, np.int64), np.ones(1, np.int64), np.ones(1))
    joined = Detections.concatenate([some(2), bare, some(0)], "joined")
    assert len(joined) == 3
    assert joined.boxes_xywh is None
    assert Detections.concatenate([some(2), some(0)], "joined").boxes_xywh.shape == (2, 4)
    assert len(Detections.concatenate([], "none")) == 0


def test_write_results__keypoints_3d_read_back_the_same(tmp_path):
    points = np.random.default_rng(0).uniform(-30, 30, (2, 25, 3))
    made = replace(some(2), keypoints_3d_m=points)
    write_results([made], tmp_path / "r.json")
    np.testing.assert_array_equal(read_results(tmp_path / "r.json").keypoints_3d_m, points)
    points[1, 3, 2] = np.nan
    assert made.finite().tolist() == [True, False]
