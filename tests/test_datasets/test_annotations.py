"""Reading annotation files, good and bad."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mmsynloc.datasets.annotations import load_frames
from mmsynloc.utils import UserError
from tests.synloc_files import ANNOTATED_SIZE, annotation, image_entry, write_annotations


def test_load_frames__no_images(tmp_path):
    assert list(load_frames(write_annotations(tmp_path / "a.json", [], []))) == []


def test_load_frames__challenge_has_no_annotations(tmp_path):
    (frame,) = load_frames(write_annotations(tmp_path / "a.json", [image_entry(0)], None))
    assert frame["bbox"].shape == (0, 4)
    assert frame["keypoints"].shape == (0, 2, 2)
    assert frame["area"].shape == (0,)


def test_load_frames__people_go_to_their_images(tmp_path):
    people = [annotation(0, 1, (0, 0)), annotation(1, 0, (1, 2)), annotation(2, 1, (3, 4))]
    first, second = load_frames(write_annotations(tmp_path / "a.json", [image_entry(0), image_entry(1)], people))
    assert (first["img_id"], first["annotated_size"]) == (0, ANNOTATED_SIZE)
    np.testing.assert_array_equal(first["id"], [1])
    np.testing.assert_array_equal(second["position_on_pitch"], [[0, 0], [3, 4]])
    x, y, w, h = people[0]["bbox"]
    np.testing.assert_allclose(second["bbox"][0], [x, y, x + w, y + h], rtol=1e-6)
    np.testing.assert_allclose(second["keypoints"][0], np.array(people[0]["keypoints"])[:, :2], rtol=1e-6)


def test_load_frames__flat_keypoints_are_understood(tmp_path):
    person = annotation(0, 0, (0, 0))
    flat = {**person, "keypoints": [*person["keypoints"][0], *person["keypoints"][1]]}
    nested_frame, flat_frame = (
        next(load_frames(write_annotations(tmp_path / f"{i}.json", [image_entry(0)], [p])))
        for i, p in enumerate([person, flat])
    )
    np.testing.assert_array_equal(flat_frame["keypoints"], nested_frame["keypoints"])


@pytest.mark.parametrize(
    ("images", "people", "message"),
    [
        ([image_entry(7, camera_matrix=None)], [], r"images\[0\] \(id 7\): camera_matrix is missing"),
        ([image_entry(0, camera_matrix=[[1, 2]])], [], r"images\[0\] \(id 0\): camera_matrix has shape"),
        ([image_entry(0, file_name=None)], [], r"images\[0\]: file_name is missing"),
        ([image_entry(3), image_entry(3)], [], r"images\[1\]: the id 3 is there twice"),
        (["x"], [], r"images\[0\]: not an object"),
        ([image_entry(0)], [annotation(5, 9, (0, 0))], "annotation 5: image_id 9 is not among the images"),
        ([image_entry(0)], [{"id": 5}], r"annotations\[0\]: image_id is missing"),
        (
            [image_entry(0)],
            [annotation(5, 0, (0, 0), bbox=[1, 2, 3])],
            "annotation 5 of image 0: bbox is not 4 numbers",
        ),
        ([image_entry(0)], [annotation(5, 0, (0, 0), bbox=None)], "annotation 5 of image 0: bbox is missing"),
        ([image_entry(0)], [annotation(5, 0, (0, 0), keypoints=[[1, 2, 1]])], "keypoints is not 2 x 3 numbers"),
        ([image_entry(0)], [annotation(5, 0, (0, 0), area="x")], "area is not a number"),
        (
            [image_entry(0)],
            [annotation(4, 0, (0, 0)), annotation(5, 0, (0, 0), position_on_pitch=[float("nan"), 0])],
            "annotation 5 of image 0: position_on_pitch is not finite",
        ),
    ],
)
def test_load_frames__bad_entries_are_named(tmp_path, images, people, message):
    path = write_annotations(tmp_path / "a.json", images, people)
    with pytest.raises(UserError, match=r"a\.json: .*" + message):
        list(load_frames(path))


def test_load_frames__not_an_annotation_file(tmp_path):
    path = tmp_path / "list.json"
    path.write_text(json.dumps([1, 2]))
    with pytest.raises(UserError, match="not a SynLoc annotation file"):
        list(load_frames(path))
