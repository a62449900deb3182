from __future__ import annotations

import json

import numpy as np
import pytest

from mmsynloc.evaluation import load_ground_truth, parse_ground_truth
from mmsynloc.utils import UserError


@pytest.fixture
def truth(image_entry, annotation):
    images = [image_entry(5), image_entry(0), image_entry(3)]
    people = [annotation(0, images[0], (0.0, 0.0), 500.0), annotation(8, images[2], (1.0, 2.0), 700.0)]
    return {"images": images, "annotations": people, "categories": [{"id": 1, "name": "person"}]}


def test_parse_ground_truth__empty():
    parsed = parse_ground_truth({"images": [], "annotations": []})
    assert len(parsed.image_ids) == len(parsed.people.image) == 0
    assert parsed.find_images(np.array([3])).tolist() == [-1]


def test_parse_ground_truth__images_in_ascending_id(truth):
    truth["images"][0]["width"] = 1920
    parsed = parse_ground_truth(truth)
    assert parsed.image_ids.tolist() == [0, 3, 5]
    assert parsed.people.image.tolist() == [2, 1]
    assert parsed.cameras.image_size[:, 0].tolist() == [3840, 3840, 1920]
    assert parsed.people.positions_pitch_m.tolist() == [[0, 0], [1, 2]]
    assert parsed.annotation_ids.tolist() == [0, 8]


def test_parse_ground_truth__development_kits_minimal_file():
    people = [{"id": 1, "image_id": 1, "category_id": 1, "area": 0, "position_on_pitch": [1, 2, 0]}]
    parsed = parse_ground_truth({"images": [{"id": 1}], "annotations": people, "categories": [{"id": 1}]})
    assert parsed.people.positions_pitch_m.tolist() == [[1, 2]]
    with pytest.raises(UserError, match=r"images\[0\] \(id 1\): width is missing"):
        _ = parsed.cameras


def test_parse_ground_truth__missing_area_is_53_percent_of_the_box(truth):
    del truth["annotations"][1]["area"]
    truth["annotations"][1]["bbox"] = [0, 0, 10, 20]
    assert parse_ground_truth(truth).people.areas_px2 == pytest.approx([500, 106])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.pop("images"), "^f: has no images"),
        (lambda t: t.pop("annotations"), "^f: has no annotations .*challenge"),
        (lambda t: t["images"].append(dict(t["images"][0])), r"images\[3\] \(id 5\): the id occurs twice"),
        (lambda t: t["annotations"][1].update(id=0), r"annotations\[1\] \(id 0\): the id occurs twice"),
        (lambda t: t["annotations"][1].update(image_id=4), r"annotations\[1\] \(id 8\): image_id 4 is not among"),
        (lambda t: t["annotations"][1].update(category_id=2), "2 categories"),
        (lambda t: t["annotations"][1].update(iscrowd=1), r"annotations\[1\] .*crowd"),
        (lambda t: t["annotations"][0].pop("position_on_pitch"), r"annotations\[0\] .*position_on_pitch is missing"),
        (lambda t: t["annotations"][0].update(position_on_pitch=[1, None]), r"annotations\[0\] .*position_on_pitch"),
        (lambda t: t["annotations"][0].update(area=float("nan")), r"annotations\[0\] .*area is not finite"),
        (
            lambda t: [a.pop("area") for a in t["annotations"]] + [a.pop("bbox") for a in t["annotations"]],
            "area is miss",
        ),
        (lambda t: t.update(annotations={}), "annotations: is not a list"),
    ],
)
def test_parse_ground_truth__names_what_is_wrong(truth, change, message):
    change(truth)
    with pytest.raises(UserError, match=message):
        parse_ground_truth(truth, "f")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda i: i.pop("camera_matrix"), "camera_matrix is missing"),
        (lambda i: i.update(camera_matrix=[[1, 2], [3, 4]]), "camera_matrix is not an array of shape 3 x 4"),
        (lambda i: i.update(camera_matrix=np.zeros((3, 4)).tolist()), "edge-on"),
        (lambda i: i.pop("undist_poly"), "undist_poly is missing"),
        (lambda i: i.update(undist_poly=[]), "undist_poly is not a list of coefficients"),
        (lambda i: i.update(undist_poly="abc"), "undist_poly is not a list of coefficients"),
        (lambda i: i.update(undist_poly=[1.0, None]), "undist_poly is not an array"),
        (lambda i: i.update(undist_poly=[1.0, float("inf")]), "undist_poly is not finite"),
        (lambda i: i.update(width=0), "not positive"),
        (lambda i: i.pop("height"), "height is missing"),
    ],
)
def test_ground_truth_cameras__names_the_image(truth, change, message):
    change(truth["images"][1])
    with pytest.raises(UserError, match=rf"^f: images\[1\] \(id 0\): .*{message}"):
        _ = parse_ground_truth(truth, "f").cameras


def test_ground_truth_choose_images__all_some_and_unknown(truth):
    parsed = parse_ground_truth(truth, "f")
    assert parsed.choose_images(None) is None
    assert parsed.choose_images([5, 0, 5]).tolist() == [0, 2]
    with pytest.raises(UserError, match=r"^ids\.json: image 4 is not in f$"):
        parsed.choose_images([5, 4], "ids.json")


@pytest.mark.parametrize("ids", [[], ["5"], {"a": 1}, [[5]], 5])
def test_ground_truth_choose_images__not_a_list_of_ids(truth, ids):
    with pytest.raises(UserError, match=r"^image ids: "):
        parse_ground_truth(truth).choose_images(ids)


def test_load_ground_truth__missing_and_broken_file(tmp_path, truth):
    with pytest.raises(UserError, match="no such file"):
        load_ground_truth(tmp_path / "gt.json")
    (tmp_path / "gt.json").write_text('{"images": [')
    with pytest.raises(UserError, match=r"gt\.json: not valid JSON"):
        load_ground_truth(tmp_path / "gt.json")
    (tmp_path / "gt.json").write_text("[]")
    with pytest.raises(UserError, match=r"gt\.json: is not an object"):
        load_ground_truth(tmp_path / "gt.json")
    (tmp_path / "gt.json").write_text(json.dumps(truth))
    assert load_ground_truth(tmp_path / "gt.json").where.endswith("gt.json")
