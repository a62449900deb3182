from __future__ import annotations

import json

import numpy as np
import pytest

from mmsynloc.evaluation import parse_ground_truth
from mmsynloc.evaluation.io import ImagePredictions, parse_detections, table_of_predictions, write_results
from mmsynloc.utils import UserError


@pytest.fixture
def truth(image_entry):
    return parse_ground_truth({"images": [image_entry(4), image_entry(0)], "annotations": []}, "gt.json")


def predictions_of(img_id: int, number: int, seed: int = 0) -> ImagePredictions:
    rng = np.random.default_rng(seed)
    keypoints = rng.uniform((100, 900, 0), (3000, 2000, 1), (number, 2, 3)).round(3)
    boxes = rng.uniform(10, 1000, (number, 4)).round(3)
    return ImagePredictions(img_id, rng.random(number), boxes, keypoints, rng.uniform(-30, 30, (number, 2)))


def test_write_results__empty(tmp_path):
    for predictions in ([], [predictions_of(4, 0)]):
        write_results(predictions, tmp_path / "results.json")
        assert json.loads((tmp_path / "results.json").read_text()) == []


def test_write_results__reads_back_as_the_same_table(tmp_path, truth):
    predictions = [predictions_of(4, 3), predictions_of(0, 2, seed=1)]
    write_results(predictions, tmp_path / "results.json")
    results = json.loads((tmp_path / "results.json").read_text())
    assert len(results) == 5
    for source in ("keypoint", "bbox", "position_on_pitch"):
        read, _ = parse_detections(results, truth, source)
        made, _ = table_of_predictions(predictions, truth, source, 1)
        for name in ("image", "scores", "positions_pitch_m", "areas_px2", "boxes_xywh"):
            np.testing.assert_array_equal(getattr(read, name), getattr(made, name))


def test_write_results__nothing_half_written(tmp_path):
    bad = ImagePredictions(0, np.array([np.nan]))
    with pytest.raises(ValueError, match="Out of range float"):
        write_results([predictions_of(0, 2), bad], tmp_path / "results.json")
    assert list(tmp_path.iterdir()) == []


def test_image_predictions_finite__any_column_counts():
    predictions = predictions_of(0, 5)
    predictions.scores[0] = np.nan
    predictions.boxes_xywh[1, 2] = np.inf
    predictions.keypoints[2, 1, 0] = np.nan
    predictions.positions_pitch_m[3, 1] = np.nan
    assert predictions.finite().tolist() == [False] * 4 + [True]
    assert predictions_of(0, 0).finite().shape == (0,)
    assert len(predictions[predictions.finite()].keypoints) == 1


def test_table_of_predictions__empty(truth):
    for predictions in ([], [ImagePredictions(4, np.zeros(0))]):
        for source in ("keypoint", "bbox", "position_on_pitch"):
            assert table_of_predictions(predictions, truth, source, 1)[0].positions_pitch_m.shape == (0, 2)


def test_table_of_predictions__an_image_without_detections_between_others(truth):
    predictions = [predictions_of(0, 2), ImagePredictions(4, np.zeros(0))]
    assert table_of_predictions(predictions, truth, "keypoint", 1)[0].image.tolist() == [0, 0]


def test_table_of_predictions__says_what_is_missing(truth):
    bare = [ImagePredictions(4, np.ones(2))]
    with pytest.raises(UserError, match="predicts no boxes"):
        table_of_predictions(bare, truth, "bbox", 1)
    with pytest.raises(UserError, match="predicts 0 keypoints"):
        table_of_predictions(bare, truth, "keypoint", 1)
    with pytest.raises(UserError, match="no position_on_pitch"):
        table_of_predictions(bare, truth, "position_on_pitch", 1)
    with pytest.raises(UserError, match="there is no keypoint 2"):
        table_of_predictions([predictions_of(4, 1)], truth, "keypoint", 2)
    with pytest.raises(UserError, match=r"gt\.json: has no image 9"):
        table_of_predictions([predictions_of(9, 1)], truth, "keypoint", 1)
