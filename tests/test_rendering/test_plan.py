"""The plan: layers, what of them shows, and how groups are weighted."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.rendering.plan import ImageLayer, RenderPlan, get_plan
from mmsynloc.structures.affine import rotation_matrix, scale_matrix, shift_matrix


def _layer(matrix=None, size=(100, 50)) -> ImageLayer:
    return ImageLayer({"annotated_size": size}, np.eye(3) if matrix is None else matrix)


def test_get_plan__starts_with_the_annotated_image():
    results = {"annotated_size": (100, 50), "img_path": "a.jpg", "bbox": np.zeros((0, 4)), "other": 1}
    plan = get_plan(results)
    assert plan.canvas_size == (100, 50)
    assert get_plan(results) is plan
    (layer,) = plan.layers()
    assert layer.info is not results  # the sample gets new labels later
    assert "other" not in layer.info
    np.testing.assert_array_equal(layer.matrix, np.eye(3))


def test_visible_bounds__whole_part_and_nothing():
    assert _layer().visible_bounds((100, 50)) == (-0.5, -0.5, 99.5, 49.5)
    assert _layer(shift_matrix(-90, 0)).visible_bounds((100, 50)) == (89.5, -0.5, 99.5, 49.5)
    assert _layer(shift_matrix(-100, 0)).visible_bounds((100, 50)) is None
    assert _layer(scale_matrix(2)).visible_bounds((100, 50)) == (-0.5, -0.5, 49.5, 24.5)


def test_canvas_share__quarter_of_the_canvas():
    assert _layer(scale_matrix(0.5)).canvas_share((100, 50)) == pytest.approx(0.25)
    assert _layer(shift_matrix(500, 0)).canvas_share((100, 50)) == 0


def test_cut__in_annotated_pixels():
    cut = _layer(scale_matrix(0.5)).cut((-0.5, -0.5, 9.5, 99.0))
    np.testing.assert_allclose(cut.bounds_xyxy, (-0.5, -0.5, 19.5, 49.5))
    nothing = cut.cut((60.0, 0.0, 70.0, 10.0))
    assert nothing.visible_bounds((100, 50)) is None


def test_flipped__by_the_matrix():
    assert not _layer(rotation_matrix(170)).flipped
    assert _layer(np.diag([-1.0, 1.0, 1.0])).flipped


def test_blended__weights_add_up():
    plan = RenderPlan.of_image({"annotated_size": (100, 50)}).blended(_layer(), 0.5).blended(_layer(), 0.25)
    assert [group.weight for group in plan.groups] == pytest.approx([0.375, 0.375, 0.25])


def test_moved__composes_in_order():
    plan = RenderPlan.of_image({"annotated_size": (100, 50)})
    moved = plan.moved(shift_matrix(10, 0), (100, 50)).moved(np.diag([2.0, 2.0, 1.0]), (200, 100))
    assert moved.canvas_size == (200, 100)
    np.testing.assert_allclose(next(moved.layers()).matrix, [[2, 0, 20], [0, 2, 0], [0, 0, 1]])
    np.testing.assert_array_equal(next(plan.layers()).matrix, np.eye(3))


def test_pruned__keeps_the_first_layer_and_large_ones():
    sliver, large, gone = _layer(shift_matrix(99, 0)), _layer(shift_matrix(50, 0)), _layer(shift_matrix(200, 0))
    plan = RenderPlan.of_image({"annotated_size": (100, 50)}).moved(shift_matrix(99, 0), (100, 50))
    for layer in (sliver, large, gone):
        plan = plan.blended(layer, 0.1)
    kept = list(plan.pruned(0.02).layers())
    assert len(kept) == 2
    assert kept[0] is next(plan.layers())
    assert kept[1] is large


def test_get_plan__metainfo_of_upstreams_inferencers_is_no_label():
    results = {"annotated_size": (100, 50), "img_path": "a.jpg", "num_keypoints": 2}
    assert "num_keypoints" not in next(get_plan(results).layers()).info
