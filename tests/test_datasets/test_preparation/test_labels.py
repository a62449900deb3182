from __future__ import annotations

import json
from pathlib import Path

import pytest

from mmsynloc.datasets.preparation.labels import coordinate_alarms, load_labels, projection_error_px, resolution_notes
from mmsynloc.utils import UserError


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


def test_load_labels__no_images_and_no_people(tmp_path):
    path = tmp_path / "train.json"
    path.write_text('{"images": [], "annotations": []}')
    labels = load_labels(path)
    assert labels.boxes_xyxy.shape == (0, 4)
    assert labels.keypoints_px.shape == (0, 2, 2)
    assert not labels.has_people
    assert coordinate_alarms(labels) == []
    assert resolution_notes(labels) == []


def test_load_labels__sorted_by_image_id(ann_file):
    labels = load_labels(_edit(ann_file, lambda data: data["images"].reverse()))
    assert [frame["img_id"] for frame in labels.frames] == [0, 1]
    assert labels.people_per_image.tolist() == [20, 20]


def test_load_labels__corrupt_json_names_the_place(ann_file):
    ann_file.write_text(ann_file.read_text()[:-30])
    with pytest.raises(UserError, match=r"train\.json: not valid JSON: .* line 1"):
        load_labels(ann_file)


def test_coordinate_alarms__sound_labels(ann_file):
    labels = load_labels(ann_file)
    assert coordinate_alarms(labels) == []
    assert projection_error_px(labels) < 0.01  # float32 labels near pixel 3840


@pytest.mark.parametrize(("scale", "words"), [(0.5, "half the annotated size"), (2.0, "twice the annotated size")])
def test_coordinate_alarms__keypoints_of_another_resolution(ann_file, scale, words):
    alarms = coordinate_alarms(load_labels(_edit(ann_file, _scale_keypoints(scale))))
    assert len(alarms) == 1
    assert words in alarms[0]


def test_coordinate_alarms__boxes_of_full_hd(ann_file):
    assert "upper left quarter" in coordinate_alarms(load_labels(_edit(ann_file, _scale_boxes(0.5))))[0]


def test_coordinate_alarms__boxes_of_4k_on_full_hd_sizes(ann_file):
    def change(data):
        for image in data["images"]:
            image.update(width=1920, height=1080)

    labels = load_labels(_edit(ann_file, change))
    assert any("lie outside the frame" in alarm for alarm in coordinate_alarms(labels))
    assert "annotated for 1920x1080" in resolution_notes(labels)[0]


def test_coordinate_alarms__wrong_keypoints_without_a_simple_cause(ann_file):
    def change(data):
        for annotation in data["annotations"]:
            annotation["keypoints"][1][0] += 30

    (alarm,) = coordinate_alarms(load_labels(_edit(ann_file, change)))
    assert alarm == "keypoints lie 30.0 px (median) off the projected positions"


def test_coordinate_alarms__positions_in_centimetres(ann_file):
    def change(data):
        for annotation in data["annotations"]:
            annotation["position_on_pitch"] = [100 * v for v in annotation["position_on_pitch"]]

    alarms = coordinate_alarms(load_labels(_edit(ann_file, change)))
    assert any("far outside the pitch" in alarm for alarm in alarms)


def test_coordinate_alarms__ids_and_names_twice(ann_file):
    def change(data):
        data["annotations"][1]["id"] = 0
        data["images"][1]["file_name"] = data["images"][0]["file_name"]

    alarms = coordinate_alarms(load_labels(_edit(ann_file, change)))
    assert alarms == ["annotation id 0 is there 2 times", "file_name 000000.jpg is there 2 times"]


def test_load_labels__real_frame(real_frame):
    labels = load_labels(real_frame / "annotations" / "test.json")
    assert labels.people_per_image.tolist() == [25]
    assert coordinate_alarms(labels) == []
    assert projection_error_px(labels) < 0.05  # the official labels come from float32 projections
