from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.errors import Case, by_camera, camera_groups, camera_positions_m, make_attributes
from mmsynloc.evaluation.errors.attributes import covered_share
from mmsynloc.evaluation.functional import CameraTable, DetectionTable, PeopleTable
from tests.synloc_files import camera

SIZE = np.array([640, 360])


def cameras(number: int = 1) -> CameraTable:
    one = camera()
    stack = [np.stack([a] * number) for a in (one.camera_matrix, one.undist_poly, SIZE)]
    return CameraTable(*stack)


def make_case(boxes: list, positions: list, det_boxes: list | None = None, det_positions: list | None = None) -> Case:
    boxes, positions = np.array(boxes, float).reshape(-1, 4), np.array(positions, float).reshape(-1, 2)
    det_boxes = np.array(det_boxes or [], float).reshape(-1, 4)
    det_positions = np.array(det_positions or [], float).reshape(-1, 2)
    people = PeopleTable(np.zeros(len(boxes), int), positions, np.ones(len(boxes)), boxes)
    image, scores = np.zeros(len(det_boxes), int), np.linspace(0.9, 0.1, len(det_boxes))
    detections = DetectionTable(image, scores, det_positions, np.ones(len(det_boxes)), det_boxes)
    return Case.from_tables(1, people, detections)


def label(attributes, name, kind="gt_group"):
    attribute = next(a for a in attributes if a.name == name)
    return [attribute.labels[g] if g >= 0 else None for g in getattr(attribute, kind)]


def test_attributes__nobody():
    assert all(len(a.gt_group) == len(a.det_group) == 0 for a in make_attributes(make_case([], []), cameras()))


def test_attributes__without_boxes_there_is_distance_alone():
    people = PeopleTable(np.zeros(1, int), np.zeros((1, 2)), np.ones(1))
    detections = DetectionTable(np.zeros(1, int), np.ones(1), np.full((1, 2), np.nan), np.ones(1))
    attributes = make_attributes(Case.from_tables(1, people, detections), cameras())
    assert [a.name for a in attributes] == ["distance from the camera"]
    assert label(attributes, "distance from the camera", "det_group") == [None]  # above the horizon


def test_attributes__distance_and_height():
    # The camera stands at x = -45.
    attributes = make_attributes(make_case([[100, 100, 10, 40], [200, 100, 10, 20]], [[-35, 0], [0, 0]]), cameras())
    assert label(attributes, "distance from the camera") == ["7 to 12 m", "45 to 60 m"]
    assert label(attributes, "height of the box") == ["32 to 48 px", "16 to 32 px"]


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ([0, 100, 10, 40], "cut by the edge"),
        ([630, 100, 10, 40], "cut by the edge"),
        ([-5, 100, 10, 40], "cut by the edge"),
        ([300, 310, 10, 40], "within 3 % of the width"),
        ([300, 100, 10, 40], "inside"),
    ],
)
def test_attributes__edge(box, expected):
    assert label(make_attributes(make_case([box], [[0, 0]]), cameras()), "edge of the frame") == [expected]


def test_attributes__covered_by_the_nearer_one_only():
    boxes, positions = [[100, 100, 10, 40], [105, 100, 10, 40], [300, 100, 10, 40]], [[-10, 0], [0, 0], [5, 0]]
    case = make_case(boxes, positions, [[105, 100, 10, 40]], [[0.2, 0]])
    attributes = make_attributes(case, cameras())
    name = "covered by a nearer athlete's box"
    assert label(attributes, name) == ["not covered", "over 50 % covered", "not covered"]
    assert label(attributes, name, "det_group") == ["over 50 % covered"]


def test_covered_share__empty_box():
    case = make_case([[100, 100, 10, 40]], [[-10, 0]])
    args = (np.array([[100.0, 100, 0, 0]]), np.array([50.0]), np.zeros(1, int), case, np.array([35.0]))
    assert covered_share(*args).tolist() == [0]


def test_camera_positions():
    np.testing.assert_allclose(camera_positions_m(cameras()), [[-45, 0, 12]], atol=1e-9)


def test_camera_groups__overall_sign_and_size_of_the_matrix_do_not_matter():
    table = cameras(4)
    table.camera_matrix[1] *= -2
    table.camera_matrix[2, :, 3] += 0.5
    group, number = camera_groups(table)
    assert group.tolist() == [0, 0, 1, 0]
    assert number == 2


def test_by_camera__many_cameras_share_a_last_group():
    table = cameras(30)
    table.camera_matrix[:, 0, 3] += np.arange(30)
    table = CameraTable(*(np.concatenate([a, a[-1:]]) for a in vars(table).values()))  # the last one has two images
    people = PeopleTable(np.arange(31), np.zeros((31, 2)), np.ones(31))
    nothing = DetectionTable(np.zeros(0, int), np.zeros(0), np.zeros((0, 2)), np.zeros(0))
    attribute = by_camera(Case.from_tables(31, people, nothing), table)
    assert attribute.labels[-1] == "6 other cameras"
    assert attribute.labels[-2].startswith("camera 30: 2 images, at (")
    assert attribute.images.sum() == 31
    assert np.bincount(attribute.gt_group).tolist() == attribute.images.tolist()
