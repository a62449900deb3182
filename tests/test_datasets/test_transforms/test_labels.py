"""Labels: which people are kept, where boxes are cut, and which keypoints are trained beyond the border."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.datasets.transforms.labels import VisibilityRule, layer_labels, plan_labels
from mmsynloc.rendering.plan import ImageLayer, RenderPlan
from mmsynloc.structures.affine import flip_matrix, rotation_matrix, scale_matrix, shift_matrix

CANVAS = (100, 100)


def _info(boxes, keypoints=None, **extra) -> dict:
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    count = len(boxes)
    if keypoints is None:
        keypoints = np.stack([boxes[:, :2], boxes[:, 2:]], axis=1)
    keypoints = np.asarray(keypoints, np.float32).reshape(count, -1, 2) if count else np.zeros((0, 2, 2), np.float32)
    return dict(
        annotated_size=CANVAS,
        bbox=boxes,
        bbox_score=np.ones(count, np.float32),
        keypoints=keypoints,
        keypoints_visible=np.ones(keypoints.shape[:2], np.float32),
        area=(boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]),
        id=np.arange(count),
        category_id=np.ones(count, np.int64),
        position_on_pitch=np.arange(2.0 * count).reshape(count, 2),
        **extra,
    )


def _labels(info, matrix=None, bounds=None, **rule) -> dict:
    layer = ImageLayer(info, np.eye(3) if matrix is None else matrix, bounds)
    return layer_labels(layer, CANVAS, VisibilityRule(**rule))


@pytest.mark.parametrize("matrix", [np.eye(3), scale_matrix(0.3) @ rotation_matrix(20), flip_matrix(100)])
def test_layer_labels__empty_input(matrix):
    labels = _labels(_info([], flip_indices=[0, 1]), matrix)
    assert labels["bbox"].shape == (0, 4)
    assert labels["keypoints"].shape == (0, 2, 2)
    assert labels["keypoints_visible"].shape == (0, 2)
    assert labels["area"].shape == (0,)


def test_layer_labels__source_is_not_changed():
    info = _info([[10, 10, 30, 50]])
    before = {k: v.copy() for k, v in info.items() if isinstance(v, np.ndarray)}
    _labels(info, scale_matrix(0.5))
    for key, value in before.items():
        np.testing.assert_array_equal(info[key], value)


def test_layer_labels__scaled_by_a_half():
    labels = _labels(_info([[9.5, 9.5, 29.5, 49.5]]), scale_matrix(0.5))
    np.testing.assert_allclose(labels["bbox"], [[4.5, 4.5, 14.5, 24.5]])
    np.testing.assert_allclose(labels["keypoints"], [[[4.5, 4.5], [14.5, 24.5]]])
    np.testing.assert_allclose(labels["area"], [20 * 40 / 4])
    assert labels["keypoints"].dtype == labels["bbox"].dtype == labels["area"].dtype == np.float32


def test_layer_labels__people_out_of_sight_go_with_all_they_have():
    boxes = [[10, 10, 20, 30], [200, 10, 220, 30], [40, 40, 50, 60], [-50, -50, -20, -20]]
    labels = _labels(_info(boxes))
    np.testing.assert_array_equal(labels["id"], [0, 2])
    np.testing.assert_array_equal(labels["position_on_pitch"], [[0, 1], [4, 5]])
    assert {len(value) for value in labels.values()} == {2}


@pytest.mark.parametrize(("min_visible", "kept"), [(0.0, 1), (0.24, 1), (0.26, 0)])
def test_layer_labels__min_visible(min_visible, kept):
    # 20 px wide, 5 of them inside
    labels = _labels(_info([[-15.5, 10, 4.5, 50]]), min_visible=min_visible)
    assert len(labels["bbox"]) == kept


@pytest.mark.parametrize(("min_size_px", "kept"), [(4.9, 1), (5.1, 0)])
def test_layer_labels__min_size_is_of_what_shows(min_size_px, kept):
    assert len(_labels(_info([[-15.5, 10, 4.5, 50]]), min_size_px=min_size_px)["bbox"]) == kept


def test_layer_labels__box_is_cut_at_the_canvas_and_keypoints_are_not():
    labels = _labels(_info([[80, 60, 120, 90]], [[[70, 60], [115, 90]]]))
    np.testing.assert_allclose(labels["bbox"], [[80, 60, 99.5, 90]])
    np.testing.assert_allclose(labels["keypoints"], [[[70, 60], [115, 90]]])


@pytest.mark.parametrize(("ground_y", "visible"), [(99, 1), (119, 1), (120, 0), (150, 0)])
@pytest.mark.parametrize("scale", [1.0, 0.5, 3.0])
def test_layer_labels__keypoint_margin_in_units_of_the_box(ground_y, visible, scale):
    # The box is 40 px high, so with 0.5 the margin is 20 px beyond the border at 99.5, at any scale.
    info = _info([[40, 70, 60, 110]], [[[50, 80], [50, ground_y]]])
    matrix = shift_matrix(0, 99.5 - 99.5 * scale) @ np.diag([scale, scale, 1.0])
    layer = ImageLayer(info, matrix)
    labels = layer_labels(layer, (400, 100), VisibilityRule(keypoint_margin=0.5))
    np.testing.assert_array_equal(labels["keypoints_visible"], [[1, visible]])


@pytest.mark.parametrize(("ground_y", "visible"), [(59, 1), (69, 1), (71, 0)])
def test_layer_labels__border_of_a_mosaic_counts_as_well(ground_y, visible):
    info = _info([[40, 30, 60, 70]], [[[50, 40], [50, ground_y]]])
    labels = _labels(info, bounds=(-0.5, -0.5, 99.5, 49.5), keypoint_margin=0.5)
    np.testing.assert_allclose(labels["bbox"], [[40, 30, 60, 49.5]])
    np.testing.assert_array_equal(labels["keypoints_visible"], [[1, visible]])


def test_layer_labels__unlabelled_keypoints_stay_so():
    info = _info([[10, 10, 30, 50]])
    info["keypoints_visible"][0, 1] = 0
    np.testing.assert_array_equal(_labels(info)["keypoints_visible"], [[1, 0]])


def test_layer_labels__flip_renames_keypoints():
    keypoints = [[[10, 10], [20, 20], [30, 30]]]
    info = _info([[10, 10, 30, 30]], keypoints, flip_indices=[1, 0, 2])
    info["keypoints_visible"][0, 0] = 0
    labels = _labels(info, flip_matrix(100))
    np.testing.assert_allclose(labels["keypoints"], [[[79, 20], [89, 10], [69, 30]]])
    np.testing.assert_array_equal(labels["keypoints_visible"], [[1, 0, 1]])
    unflipped = _labels(info, flip_matrix(100) @ flip_matrix(100))
    np.testing.assert_allclose(unflipped["keypoints"], keypoints)


def test_layer_labels__carried_points_keep_their_differences():
    # The ground metric travels as two more points, far outside the picture maybe: they must be mapped, never cut.
    keypoints = [[[50, 40], [50, 60], [55, 60], [50, 5000]]]
    info = _info([[40, 30, 60, 70]], keypoints, flip_indices=[0, 1, 2, 3])
    matrix = shift_matrix(3, 4) @ rotation_matrix(10) @ scale_matrix(0.5)
    moved = _labels(info, matrix)["keypoints"][0].astype(float)
    expected = matrix[:2, :2] @ np.array([[5.0, 0.0], [0.0, 4940.0]])
    np.testing.assert_allclose((moved[2:] - moved[1]).T, expected, rtol=1e-5, atol=1e-4)


def test_layer_labels__without_annotations():
    assert layer_labels(ImageLayer({"annotated_size": CANVAS}), CANVAS, VisibilityRule()) == {}


def test_plan_labels__joins_layers_and_drops_keys_that_one_lacks():
    first, second = _info([[10, 10, 20, 30]]), _info([[30, 10, 40, 30], [50, 10, 60, 30]])
    del second["area"]
    plan = RenderPlan.of_image(first).blended(ImageLayer(second), 0.5)
    labels = plan_labels(plan, VisibilityRule())
    np.testing.assert_array_equal(labels["bbox"][:, 0], [10, 30, 50])
    assert "area" not in labels
