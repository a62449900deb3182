"""The rules of annotation files."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from mmsynloc.files import parse_annotations, read_annotations
from mmsynloc.utils import UserError
from tests.synloc_files import ANNOTATED_SIZE, annotation, image_entry, write_annotations


def content() -> dict:
    """Three images, not in the order of their ids, the last one without people."""
    people = [annotation(0, 5, (0.0, 0.0)), annotation(8, 0, (1.0, 2.0)), annotation(3, 5, (4.0, -3.0))]
    images = [image_entry(5), image_entry(0), image_entry(3)]
    return {"images": images, "annotations": people, "categories": [{"id": 1, "name": "person"}]}


def test_read_annotations__no_images(tmp_path):
    with pytest.raises(UserError, match=r"a\.json: has no images"):
        read_annotations(write_annotations(tmp_path / "a.json", [], []))


def test_read_annotations__no_people(tmp_path):
    read = read_annotations(write_annotations(tmp_path / "a.json", [image_entry(0)], []))
    assert read.people is not None
    assert len(read.people) == 0
    assert [len(rows) for rows in read.people_rows] == [0]


def test_read_annotations__challenge_has_no_annotations(tmp_path):
    read = read_annotations(write_annotations(tmp_path / "a.json", [image_entry(0), image_entry(1)], None))
    assert read.people is None
    assert [len(rows) for rows in read.people_rows] == [0, 0]
    assert read.category_id == 1


def test_parse_annotations__images_in_ascending_id_and_people_in_file_order():
    read = parse_annotations(content())
    assert read.image_ids.tolist() == [0, 3, 5]
    assert read.file_names == ("000000.jpg", "000003.jpg", "000005.jpg")
    assert read.image_sizes.tolist() == [list(ANNOTATED_SIZE)] * 3
    assert read.camera_matrices.shape == (3, 3, 4)
    assert read.people.ids.tolist() == [0, 8, 3]
    assert read.people.image.tolist() == [2, 0, 2]
    assert read.people.positions_pitch_m.tolist() == [[0, 0], [1, 2], [4, -3]]
    assert [rows.tolist() for rows in read.people_rows] == [[1], [], [0, 2]]
    assert read.people.keypoints.shape == (3, 2, 3)


def test_parse_annotations__keypoints_flat_or_in_triplets():
    nested, flat = content(), content()
    for person in flat["annotations"]:
        person["keypoints"] = np.ravel(person["keypoints"]).tolist()
    a, b = (parse_annotations(c).people.keypoints for c in (nested, flat))
    np.testing.assert_array_equal(a, b)


def test_parse_annotations__positions_with_two_or_three_numbers():
    written = content()
    written["annotations"][1]["position_on_pitch"] = [1.0, 2.0, 0]
    np.testing.assert_array_equal(
        parse_annotations(written).people.positions_pitch_m, parse_annotations(content()).people.positions_pitch_m
    )


def test_parse_annotations__ids_of_any_size():
    written, big = content(), 2**80
    written["images"][0]["id"] = written["annotations"][0]["image_id"] = written["annotations"][2]["image_id"] = big
    written["annotations"][1]["id"] = big
    read = parse_annotations(written)
    assert read.image_ids.tolist() == [0, 3, big]
    assert read.people.ids.tolist() == [0, big, 3]
    assert read.find_images(np.array([big, 7, 0], object)).tolist() == [2, -1, 0]


def test_parse_annotations__polynomials_of_different_lengths_are_padded_in_front():
    written = content()
    first, second = (written["images"][row]["undist_poly"] for row in (0, 1))
    written["images"][0]["undist_poly"] = [1e-6, *first]
    assert parse_annotations(written).undist_polys[[0, 2]].tolist() == [[0.0, *second], [1e-6, *first]]


def test_parse_annotations__matrix_without_a_camera_centre():
    written = content()
    image = written["images"][1]
    for row in image["camera_matrix"]:
        row[2] = row[0]
    with pytest.raises(UserError, match=rf"images\[1\] \(id {image['id']}\): camera_matrix is singular"):
        parse_annotations(written)


@pytest.mark.parametrize("factor", [1.1, 0.0, -1.0])
def test_parse_annotations__polynomials_that_are_no_inverses(factor):
    written = content()
    image = written["images"][1]
    image["undist_poly"] = [factor * value for value in image["undist_poly"]]
    with pytest.raises(UserError, match=rf"images\[1\] \(id {image['id']}\): undist_poly is not the inverse"):
        parse_annotations(written)
    del image["dist_poly"], written["images"][0]["dist_poly"], written["images"][2]["dist_poly"]
    parse_annotations(written)


def test_parse_annotations__sub_folders_and_backslashes():
    written = content()
    written["images"][0]["file_name"], written["images"][1]["file_name"] = "game 1\\a.jpg", "./game 2/a.jpg"
    assert parse_annotations(written).file_names == ("game 2/a.jpg", "000003.jpg", "game 1/a.jpg")


def test_parse_annotations__positions_alone_need_neither_files_nor_cameras():
    people = [{"id": 1, "image_id": 1, "category_id": 1, "area": 0, "position_on_pitch": [1, 2, 0]}]
    read = parse_annotations({"images": [{"id": 1}], "annotations": people}, "f")
    assert read.people.positions_pitch_m.tolist() == [[1, 2]]
    assert read.people.boxes_xywh is read.people.keypoints is None
    for name in ("file_names", "image_sizes", "camera_matrices", "dist_polys", "undist_polys"):
        with pytest.raises(UserError, match="f: its images have no"):
            getattr(read, name)


def test_parse_annotations__without_area_it_is_53_percent_of_the_box():
    written = content()
    for person in written["annotations"]:
        del person["area"]
        person["bbox"] = [0, 0, 10, 20]
    assert parse_annotations(written).people.areas_px2 == pytest.approx([106] * 3)


def first(part: str, **changes: object) -> Callable[[dict], None]:
    return lambda written: written[part][0].update(changes)


def without(part: str, field: str) -> Callable[[dict], None]:
    return lambda written: written[part][0].pop(field)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.pop("images"), "f: images is missing"),
        (lambda w: w.update(annotations=None), "f: annotations: expected a list, not null"),
        (lambda w: w.update(images={}), "f: images: expected a list, not an object"),
        (first("images", id="5"), r"images\[0\] \(id 5\): id: expected an integer, not a string"),
        (first("images", id=0.5), r"images\[0\] \(id 0.5\): id: expected an integer, not a number"),
        (first("images", id=3), r"images\[2\] \(id 3\): the id is that of entry \[0\] too"),
        (first("images", file_name=None), r"images\[0\] \(id 5\): file_name: expected a string, not null"),
        (first("images", file_name=""), r"images\[0\] .*file_name is empty"),
        (first("images", file_name="../a.jpg"), "leaves the split's folder"),
        (first("images", file_name="C:\\a.jpg"), "absolute"),
        (first("images", file_name="000003.jpg"), r"images\[2\] .*file_name is that of entry \[0\] too"),
        (without("images", "file_name"), r"images\[0\] .*file_name is missing, though other entries have it"),
        (without("images", "camera_matrix"), r"images\[0\] \(id 5\): camera_matrix is missing"),
        (first("images", camera_matrix=[[1, 2]]), r"camera_matrix\[0\]: expected a list of length 4"),
        (first("images", camera_matrix=np.zeros((3, 4)).tolist()), "edge-on"),
        (first("images", undist_poly=[]), "undist_poly: expected a list of length >= 1"),
        (first("images", undist_poly=[1, None]), r"undist_poly\[1\]: expected a number, not null"),
        (first("images", width=0), "width: expected an integer >= 1"),
        (first("images", width="640"), "width: expected an integer, not a string"),
        (first("images", height=2**70), "height: expected an integer <= 1000000"),
        (first("annotations", id=8), r"annotations\[1\] \(id 8\): the id is that of entry \[0\] too"),
        (first("annotations", id="0"), r"annotations\[0\] \(id 0\): id: expected an integer"),
        (without("annotations", "id"), r"annotations\[0\]: id is missing"),
        (first("annotations", image_id=4), r"annotations\[0\] \(id 0\): image_id 4 is not among the images"),
        (first("annotations", category_id=2), r"annotations\[1\] .*category_id is 1, not 2"),
        (first("annotations", category_id=True), "category_id: expected an integer, not true or false"),
        (first("annotations", iscrowd=1), "iscrowd is set"),
        (first("annotations", iscrowd=True), "iscrowd is set"),
        (without("annotations", "position_on_pitch"), "position_on_pitch is missing"),
        (first("annotations", position_on_pitch=[1]), "position_on_pitch: expected a list of length >= 2"),
        (first("annotations", position_on_pitch=[1, "2"]), r"position_on_pitch\[1\]: expected a number"),
        (first("annotations", bbox=[1, 2, 3]), "bbox: expected a list of length 4"),
        (first("annotations", bbox=[1, 2, -3, 4]), "bbox has a negative width or height"),
        (without("annotations", "bbox"), "bbox is missing, though other entries have it"),
        (first("annotations", area=-1.0), "area is negative"),
        (first("annotations", keypoints=[]), "keypoints are not triplets"),
        (first("annotations", keypoints=[1, 2, 1, 4]), "keypoints are not triplets"),
        (first("annotations", keypoints=[1, 2, 1, [1, 2, 1]]), "keypoints are not triplets"),
        (first("annotations", keypoints=[[1, 2], [3, 4]]), r"keypoints\[0\]: expected a list of length 3"),
        (first("annotations", keypoints=[[1, 2, 1]]), r"annotations\[1\] .*has 2 keypoints, the first entry 1"),
    ],
)
def test_parse_annotations__broken_rules_are_named(change, message):
    written = content()
    change(written)
    with pytest.raises(UserError, match=rf"^f: .*{message}|^{message}"):
        parse_annotations(written, "f")


def test_parse_annotations__needs_area_or_box():
    written = content()
    for person in written["annotations"]:
        del person["area"], person["bbox"]
    with pytest.raises(UserError, match=r"annotations\[0\] \(id 0\): area is missing, and bbox too"):
        parse_annotations(written)


def test_read_annotations__byte_order_mark_is_passed_over(tmp_path):
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(content()).encode())
    assert len(read_annotations(tmp_path / "a.json")) == 3


def test_choose_images__all_some_and_unknown():
    read = parse_annotations(content(), "f")
    assert read.choose_images(None) is None
    assert read.choose_images([5, 0, 5]).tolist() == [0, 2]
    with pytest.raises(UserError, match=r"^ids\.json: image 4 is not in f$"):
        read.choose_images([5, 4], "ids.json")
    with pytest.raises(UserError, match="no image is named"):
        read.choose_images([])
    with pytest.raises(UserError, match="image True is not"):
        read.choose_images([True])


def test_parse_annotations__keypoints_3d_on_request():
    assert parse_annotations(content()).people.keypoints_3d_m is None
    read = parse_annotations(content(), keypoints_3d=True)
    assert read.people.keypoints_3d_m[1].tolist() == [[1, 2, 0.9], [1, 2, 0]]
    nobody = parse_annotations({**content(), "annotations": []}, keypoints_3d=True)
    assert nobody.people.keypoints_3d_m is None


def test_parse_annotations__wrong_keypoints_3d_matter_on_request_only():
    written = content()
    written["annotations"][1]["keypoints_3d"] = [1.0, 2.0]
    assert len(parse_annotations(written)) == 3
    with pytest.raises(UserError, match=r"annotations\[1\] \(id 8\): keypoints_3d are not rows x, y, z"):
        parse_annotations(written, keypoints_3d=True)


def test_parse_annotations__names_of_the_keypoints():
    assert parse_annotations(content()).keypoint_names == ()
    categories = [{"id": 7, "keypoints": ["a"]}, {"id": 1, "keypoints": ["Nose", "MidHip"]}]
    assert parse_annotations({**content(), "categories": categories}).keypoint_names == ("Nose", "MidHip")


def test_project__each_point_through_the_camera_of_its_image():
    small = image_entry(7, width=ANNOTATED_SIZE[0] // 2, height=ANNOTATED_SIZE[1] // 2)
    read = parse_annotations({"images": [image_entry(0), small]})
    assert read.project(np.zeros((0, 2, 3)), np.zeros(0, np.int64)).shape == (0, 2, 2)
    points = np.array([[[0, 0, 0], [3, 4, 1.8]], [[0, 0, 0], [-90, 0, 0]]], float)
    large, little = read.project(points, np.array([0, 1]))
    np.testing.assert_allclose(little[0], (large[0] + 0.5) / 2 - 0.5)
    assert np.isfinite(large).all()
    assert np.isnan(little[1]).all()  # behind the camera
    assert read.project(points[..., :2], np.array([0, 0]))[0, 0].tolist() == pytest.approx(large[0].tolist())
