"""From points in crops to positions, covariances and scores."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.placement.rule import PlacementRule, place
from mmsynloc.structures.affine import transform_points
from mmsynloc.structures.crops import crop_matrices, crops_of_boxes
from tests.synloc_files import camera

SIZE = (96, 128)
PLACES = np.array([[0.0, 0.0], [10.0, 15.0], [-20.0, -5.0]])


def _points() -> np.ndarray:
    """Pelvis and ground point (P, 2, 2) px of people at PLACES."""
    low = camera().pitch_to_pixel(PLACES).points
    high = camera().pitch_to_pixel(np.column_stack([PLACES, np.full(3, 0.93)])).points
    return np.stack([high, low], axis=1)


def _matrices(points: np.ndarray) -> np.ndarray:
    boxes = np.concatenate([points[:, 0] - 12, points[:, 1] + 2], axis=1)
    return crop_matrices(crops_of_boxes(boxes, SIZE), SIZE, degrees=np.array([0.0, 10, -10]))


def _in_crops(points: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    return np.stack([transform_points(p, m) for p, m in zip(points, matrices)])


def _place(points: np.ndarray, variances: np.ndarray, matrices: np.ndarray, **rule):
    factors = dict(detector=np.array([0.9, 0.5, 0.2]), quality=np.array([0.5, 1.0, 1.0]))
    return place(points, variances, matrices, camera(), factors, PlacementRule(**rule))


def test_place__none() -> None:
    nothing = np.zeros((0, 2, 2))
    factors = dict(detector=np.zeros(0), quality=np.zeros(0))
    placed = place(nothing, nothing, np.zeros((0, 3, 3)), camera(), factors, PlacementRule())
    assert placed.scores.shape == (0,)
    assert placed.points_pitch_m.shape == (0, 2)


def test_place__true_points_give_true_positions() -> None:
    points = _points()
    matrices = _matrices(points)
    placed = _place(_in_crops(points, matrices), np.ones((3, 2, 2)), matrices)
    assert np.allclose(placed.points_px, points)
    assert np.allclose(placed.points_pitch_m, PLACES, atol=1e-6)


def test_place__scores_are_products_of_what_the_rule_names() -> None:
    points = _points()
    matrices = _matrices(points)
    arguments = (_in_crops(points, matrices), np.full((3, 2, 2), 4.0), matrices)
    assert np.allclose(_place(*arguments, score=["detector"]).scores, [0.9, 0.5, 0.2])
    assert np.allclose(_place(*arguments, score=["detector", "quality"]).scores, [0.45, 0.5, 0.2])
    assert np.allclose(_place(*arguments, score=["detector", "quality"], powers=[0.5, 2]).scores[0], 0.9**0.5 * 0.25)
    expected = _place(*arguments, score=["expected"]).scores
    sharper = _place(arguments[0], np.full((3, 2, 2), 1.0), matrices, score=["expected"]).scores
    assert (sharper > expected).all()
    assert (expected > 0).all()


def test_place__covariance_turns_and_scales_with_the_crop() -> None:
    points = _points()
    matrices = _matrices(points)
    placed = _place(_in_crops(points, matrices), np.full((3, 2, 2), 4.0), matrices)
    scale = np.sqrt(np.linalg.det(matrices[:, :2, :2]))
    assert np.allclose(placed.covariances_px2, 4.0 / scale[:, None, None] ** 2 * np.eye(2))


def test_place__pelvis_helps_where_the_feet_are_hidden() -> None:
    points = _points()
    matrices = _matrices(points)
    wrong = points.copy()
    wrong[:, 1] += [6, 5]  # the ground point is guessed, and the network knows it
    variances = np.stack([np.full((3, 2), 0.5), np.full((3, 2), 400.0)], axis=1)
    arguments = (_in_crops(wrong, matrices), variances, matrices)
    alone, fused = _place(*arguments), _place(*arguments, fuse_pelvis=True, pelvis_height_m=0.93)
    error = [np.linalg.norm(p.points_px[:, 1] - points[:, 1], axis=1) for p in (alone, fused)]
    assert (error[1] < 0.5 * error[0]).all()
    assert (np.linalg.det(fused.covariances_px2) < np.linalg.det(alone.covariances_px2)).all()


def test_place__above_the_horizon_has_no_position_and_no_expected_locsim() -> None:
    matrices = np.stack([np.eye(3)])
    placed = place(
        np.array([[[320.0, 0], [320.0, 1]]]),
        np.ones((1, 2, 2)),
        matrices,
        camera(),
        dict(detector=np.ones(1), quality=np.ones(1)),
        PlacementRule(score=["detector", "expected"], fuse_pelvis=True),
    )
    assert np.isnan(placed.points_pitch_m).all()
    assert placed.scores[0] == 0


@pytest.mark.parametrize("wrong", [dict(score=["box"]), dict(score=[]), dict(score=["detector"], powers=[1, 2])])
def test_placement_rule__wrong(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"score must name|powers must be"):
        PlacementRule(**wrong)
