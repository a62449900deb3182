"""Forms of boxes."""

import numpy as np

from mmsynloc.structures.boxes import bottom_centres, box_iou, points_of_boxes, to_xywh, to_xyxy

CORNERS = np.array([[1.0, 2, 5, 10], [-3.0, 0, -3, 4]])
EXTENTS = np.array([[1.0, 2, 4, 8], [-3.0, 0, 0, 4]])


def test_boxes__nothing():
    nothing = np.zeros((0, 4))
    assert to_xyxy(nothing).shape == to_xywh(nothing).shape == (0, 4)
    assert bottom_centres(nothing).shape == (0, 2)


def test_boxes__both_forms():
    assert np.array_equal(to_xyxy(EXTENTS), CORNERS)
    assert np.array_equal(to_xywh(CORNERS), EXTENTS)
    assert np.array_equal(bottom_centres(EXTENTS), [[3.0, 10], [-3.0, 4]])


def test_points_of_boxes():
    assert points_of_boxes(np.zeros((0, 4))).shape == (0, 2, 2)
    assert np.array_equal(points_of_boxes(np.array([[1.0, 2, 5, 10]])), [[[3, 6], [3, 10]]])


def test_box_iou():
    assert box_iou(np.zeros((0, 1, 4)), np.zeros((1, 3, 4))).shape == (0, 3)
    others = np.array([[0.0, 0, 10, 10], [5.0, 0, 15, 10], [20.0, 0, 30, 10], [3.0, 3, 3, 3]])
    np.testing.assert_allclose(box_iou(np.array([0.0, 0, 10, 10]), others), [1, 1 / 3, 0, 0])
    np.testing.assert_allclose(box_iou(others[3], others), 0)  # a box of no area
