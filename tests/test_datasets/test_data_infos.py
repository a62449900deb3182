"""From annotation files to data infos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmsynloc.datasets.data_infos import make_data_infos, replace_people
from mmsynloc.files import Detections, parse_annotations
from mmsynloc.rendering.plan import INSTANCE_KEYS
from mmsynloc.utils import UserError
from tests.synloc_files import ANNOTATED_SIZE, annotation, body_annotation, image_entry


def _infos(images: list[dict], people: list[dict] | None, **options) -> list[dict]:
    content = {"images": images} if people is None else {"images": images, "annotations": people}
    return make_data_infos(parse_annotations(content, "a.json"), Path("val"), **options)


@pytest.mark.parametrize("people", [None, []])
def test_make_data_infos__nobody(people):
    (info,) = _infos([image_entry(0)], people)
    assert info["bbox"].shape == (0, 4)
    assert info["keypoints"].shape == (0, 2, 2)
    assert info["area"].shape == (0,)


def test_make_data_infos__people_go_to_their_images():
    people = [annotation(0, 1, (0, 0)), annotation(1, 0, (1, 2)), annotation(2, 1, (3, 4))]
    first, second = _infos([image_entry(1), image_entry(0, file_name="game 1/a.jpg")], people)
    assert (first["img_id"], first["annotated_size"]) == (0, ANNOTATED_SIZE)
    assert first["img_path"] == str(Path("val", "game 1", "a.jpg"))
    np.testing.assert_array_equal(first["id"], [1])
    np.testing.assert_array_equal(second["position_on_pitch"], [[0, 0], [3, 4]])
    x, y, w, h = people[0]["bbox"]
    np.testing.assert_allclose(second["bbox"][0], [x, y, x + w, y + h], rtol=1e-6)
    np.testing.assert_allclose(second["keypoints"][0], np.array(people[0]["keypoints"])[:, :2], rtol=1e-6)


def test_make_data_infos__every_nth_id():
    assert [info["img_id"] for info in _infos([image_entry(i) for i in range(5)], [], sample_interval=2)] == [0, 2, 4]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"keypoints": [[1, 2, 1]]}, "people have 1 keypoints, not 2"),
        ({"keypoints": None}, "people have 0 keypoints, not 2"),
        ({"bbox": None}, "the annotations have no bbox"),
    ],
)
def test_make_data_infos__needs_boxes_and_both_keypoints(changes, message):
    with pytest.raises(UserError, match=rf"^a\.json: {message}"):
        _infos([image_entry(0)], [annotation(0, 0, (0, 0), **changes)])


@pytest.mark.parametrize("field", ["file_name", "camera_matrix", "undist_poly", "width"])
def test_make_data_infos__needs_files_and_cameras(field):
    with pytest.raises(UserError, match=f"^a\\.json: its images have no {field}"):
        _infos([image_entry(0, **{field: None})], [])


def test_make_data_infos__of_25_keypoints_are_those_of_the_two():
    (of_two,), (of_many,) = (
        _infos([image_entry(0)], [make(0, 0, (3.0, 4.0))]) for make in (annotation, body_annotation)
    )
    assert of_many.keys() == of_two.keys()
    np.testing.assert_allclose(of_many["keypoints"], of_two["keypoints"], rtol=1e-6)  # float32
    np.testing.assert_array_equal(of_many["keypoints_visible"], of_two["keypoints_visible"])


def test_replace_people__detections_go_to_their_images():
    infos = _infos([image_entry(1), image_entry(0)], [annotation(0, 1, (0, 0))])
    boxes = np.array([[10.0, 20, 30, 40], [-5, -5, 20, 30], [600, 300, 100, 100]])
    found = Detections("r.json", np.array([1, 0, 1]), np.ones(3, int), np.array([0.5, 0.9, 0.7]), boxes_xywh=boxes)
    first, second = replace_people(infos, found)
    np.testing.assert_array_equal(first["bbox"], [[0, 0, 15, 25]])  # clipped to the frame
    np.testing.assert_array_equal(second["bbox"], [[10, 20, 40, 60], [600, 300, *ANNOTATED_SIZE]])
    np.testing.assert_array_equal(second["bbox_score"], np.float32([0.5, 0.7]))
    lengths = {len(second[key]) for key in INSTANCE_KEYS if key in second}
    assert lengths == {2}
    assert infos[0]["bbox_score"].shape == (0,)  # the infos given are not changed


def test_replace_people__none_and_without_boxes():
    infos = _infos([image_entry(0)], [annotation(0, 0, (0, 0))])
    nothing = Detections("r.json", np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    assert replace_people(infos, nothing)[0]["bbox"].shape == (0, 4)
    with pytest.raises(UserError, match="have no bbox"):
        replace_people(infos, Detections("r.json", np.zeros(1, int), np.ones(1, int), np.ones(1)))
