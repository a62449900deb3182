from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mmsynloc.datasets.preparation.labels import (
    coordinate_alarms,
    people_notes,
    projection_error_px,
    resolution_notes,
)
from mmsynloc.files import read_annotations


@pytest.fixture
def ann_file(tmp_path, make_dataset) -> Path:
    return make_dataset(tmp_path, train=2, people=20) / "annotations" / "train.json"


def _edit(path: Path, change) -> Path:
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))
    return path


def _scale_keypoints(scale):
    def change(data):
        for annotation in data["annotations"]:
            annotation["keypoints"] = [
                [(x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5, v] for x, y, v in annotation["keypoints"]
            ]

    return change


def _scale_boxes(scale):
    def change(data):
        for annotation in data["annotations"]:
            annotation["bbox"] = [value * scale for value in annotation["bbox"]]

    return change


def test_coordinate_alarms__no_people(ann_file):
    def change(data):
        data["annotations"] = []

    labels = read_annotations(_edit(ann_file, change))
    assert coordinate_alarms(labels) == []
    assert np.isnan(projection_error_px(labels))
    assert resolution_notes(labels) == []


def test_coordinate_alarms__sound_labels(ann_file):
    labels = read_annotations(ann_file)
    assert coordinate_alarms(labels) == []
    assert projection_error_px(labels) < 0.01  # float32 labels near pixel 3840


@pytest.mark.parametrize(("scale", "words"), [(0.5, "half the annotated size"), (2.0, "twice the annotated size")])
def test_coordinate_alarms__keypoints_of_another_resolution(ann_file, scale, words):
    alarms = coordinate_alarms(read_annotations(_edit(ann_file, _scale_keypoints(scale))))
    assert len(alarms) == 1
    assert words in alarms[0]


def test_coordinate_alarms__boxes_of_full_hd(ann_file):
    assert "upper left quarter" in coordinate_alarms(read_annotations(_edit(ann_file, _scale_boxes(0.5))))[0]


def test_coordinate_alarms__boxes_of_4k_on_full_hd_sizes(ann_file):
    def change(data):
        for image in data["images"]:
            image.update(width=1920, height=1080)

    labels = read_annotations(_edit(ann_file, change))
    assert any("lie outside the frame" in alarm for alarm in coordinate_alarms(labels))
    assert "annotated for 1920x1080" in resolution_notes(labels)[0]


def test_coordinate_alarms__wrong_keypoints_without_a_simple_cause(ann_file):
    def change(data):
        for annotation in data["annotations"]:
            annotation["keypoints"][1][0] += 30

    (alarm,) = coordinate_alarms(read_annotations(_edit(ann_file, change)))
    assert alarm == "keypoints lie 30.0 px (median) off the projected positions"


def test_coordinate_alarms__positions_in_centimetres(ann_file):
    def change(data):
        for annotation in data["annotations"]:
            annotation["position_on_pitch"] = [100 * v for v in annotation["position_on_pitch"]]

    alarms = coordinate_alarms(read_annotations(_edit(ann_file, change)))
    assert any("far outside the pitch" in alarm for alarm in alarms)


def test_coordinate_alarms__real_frame(real_frame):
    labels = read_annotations(real_frame / "annotations" / "test.json")
    assert labels.people_per_image.tolist() == [25]
    assert coordinate_alarms(labels) == []
    assert projection_error_px(labels) < 0.05  # the official labels come from float32 projections


def test_projection_error_px__several_annotated_sizes(ann_file):
    def change(data):
        data["images"][1] |= {"width": 1920, "height": 1080}
        for person in (a for a in data["annotations"] if a["image_id"] == 1):
            person["keypoints"] = [[(x + 0.5) / 2 - 0.5, (y + 0.5) / 2 - 0.5, v] for x, y, v in person["keypoints"]]

    assert projection_error_px(read_annotations(_edit(ann_file, change))) < 0.01


def test_people_notes(ann_file):
    assert people_notes(read_annotations(ann_file)) == []

    def change(data):
        people = data["annotations"]
        people[3]["bbox"][2] = 0
        for person in people[5:7]:
            person["bbox"][0] = 5000
        data["annotations"].append({**people[8], "id": 4321})

    assert people_notes(read_annotations(_edit(ann_file, change))) == [
        "1 people with a box of no area: annotation id 3",
        "2 people with a box outside of the frame: annotation id 5 and others",
        "1 people listed twice, with one box and one position: annotation id 4321",
    ]
