from __future__ import annotations

import json

import pytest

from mmsynloc.datasets.preparation.oracles import oracle_alarms, oracle_scores
from mmsynloc.files import read_annotations


def _labels(root, change=None):
    path = root / "annotations" / "train.json"
    data = json.loads(path.read_text())
    for annotation in data["annotations"]:
        if change is not None:
            change(annotation)
    path.write_text(json.dumps(data))
    return read_annotations(path)


def test_oracle_scores__nobody(tmp_path, make_dataset):
    root = make_dataset(tmp_path, challenge=1)
    assert oracle_scores(read_annotations(root / "annotations" / "challenge_public.json")) == {}
    assert oracle_alarms({}) == []


def test_oracle_scores__boxes_that_end_at_the_feet(tmp_path, make_dataset):
    scores = oracle_scores(_labels(make_dataset(tmp_path, train=2)))
    assert scores == pytest.approx({"position": 1.0, "keypoint": 1.0, "bbox": 1.0}, abs=1e-6)
    assert oracle_alarms(scores) == []


def test_oracle_scores__boxes_that_end_elsewhere(tmp_path, make_dataset):
    def lower(annotation):
        annotation["bbox"][3] += 8  # some decimetres to a metre on the ground, depending on the distance

    scores = oracle_scores(_labels(make_dataset(tmp_path, train=2), lower))
    assert scores["keypoint"] == pytest.approx(1.0, abs=1e-6)
    assert scores["bbox"] < 0.9


def test_oracle_scores__half_resolution_alarms(tmp_path, make_dataset):
    def halve(annotation):
        annotation["keypoints"] = [[x / 2, y / 2, v] for x, y, v in annotation["keypoints"]]

    scores = oracle_scores(_labels(make_dataset(tmp_path, train=2), halve))
    assert scores["position"] == pytest.approx(1.0)
    assert scores["keypoint"] < 0.05
    assert len(oracle_alarms(scores)) == 1
    assert "pelvis_ground keypoint: mAP-LocSim 0.0" in oracle_alarms(scores)[0]


def test_oracle_scores__real_frame(real_frame):
    scores = oracle_scores(read_annotations(real_frame / "annotations" / "test.json"))
    assert scores["position"] == pytest.approx(1.0, abs=1e-6)
    assert scores["keypoint"] > 0.97
    assert 0.4 < scores["bbox"] < 0.8  # 0.569 over the whole val split
