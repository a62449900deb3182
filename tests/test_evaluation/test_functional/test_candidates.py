from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.functional import candidates
from mmsynloc.evaluation.functional.arrange import Arrangement, arrange
from mmsynloc.evaluation.functional.candidates import iou_candidates, locsim_candidates


def arrangement_of(det_image: list[int], gt_image: list[int]) -> Arrangement:
    det, gt = np.array(det_image, np.int64), np.array(gt_image, np.int64)
    return arrange(4, det, np.zeros(len(det)), np.zeros(len(det)), gt, np.zeros(len(gt)))


def test_locsim_candidates__empty():
    nobody = np.zeros((0, 2))
    assert len(locsim_candidates(arrangement_of([], []), nobody, nobody).det) == 0
    assert len(locsim_candidates(arrangement_of([0], []), np.zeros((1, 2)), nobody).det) == 0
    assert len(locsim_candidates(arrangement_of([], [0]), nobody, np.zeros((1, 2))).det) == 0


@pytest.mark.parametrize("tau_m", [1.0, 5.0])
@pytest.mark.parametrize("block", [1, 7, 1 << 17])
def test_locsim_candidates__are_all_pairs_of_an_image_from_half_on(monkeypatch, tau_m, block):
    monkeypatch.setattr(candidates, "_PAIRS_AT_ONCE", block)
    rng = np.random.default_rng(0)
    det_image, gt_image = np.sort(rng.integers(0, 3, 30)), np.sort(rng.integers(1, 4, 20))
    det, gt = rng.uniform(0, 5, (30, 2)), rng.uniform(0, 5, (20, 2))
    pairs = locsim_candidates(arrangement_of(det_image, gt_image), det, gt, tau_m)
    similarity = 0.05 ** (((det[:, None] - gt) ** 2).sum(-1) / tau_m**2)
    expected = (similarity >= 0.5) & (det_image[:, None] == gt_image)
    assert expected.any()
    assert set(zip(pairs.det.tolist(), pairs.gt.tolist())) == set(zip(*map(np.ndarray.tolist, np.nonzero(expected))))
    np.testing.assert_allclose(pairs.similarity, similarity[pairs.det, pairs.gt], rtol=1e-12)  # pow beside exp


def test_locsim_candidates__most_similar_first_and_the_last_of_equal_ones():
    gt = np.array([[0.1, 0.0], [0.3, 0.0], [-0.1, 0.0]])
    pairs = locsim_candidates(arrangement_of([0], [0, 0, 0]), np.zeros((1, 2)), gt)
    assert pairs.gt.tolist() == [2, 0, 1]


def test_locsim_candidates__exactly_half_is_enough():
    distance = np.sqrt(np.log(0.5) / np.log(0.05))
    gt = np.array([[0.0, 0.0], [10.0, 0.0]])
    det = np.array([[0.0, distance * (1 - 1e-12)], [10.0, distance * (1 + 1e-6)]])
    assert locsim_candidates(arrangement_of([0, 0], [0, 0]), det, gt).det.tolist() == [0]


def test_locsim_candidates__no_position_no_candidate():
    det = np.array([[np.nan, np.nan], [0.0, 0.0]])
    assert locsim_candidates(arrangement_of([0, 0], [0]), det, np.zeros((1, 2))).det.tolist() == [1]


def test_iou_candidates__known_overlaps():
    gt = np.array([[0.0, 0, 12, 10]])
    # the same box; shifted by a third of its width: 2/3 shared of 4/3; half shared of 3/2; touching; of no size
    det = np.array([[0.0, 0, 12, 10], [4, 0, 12, 10], [6, 0, 12, 10], [12, 0, 12, 10], [3, 3, 0, 0]])
    pairs = iou_candidates(arrangement_of([0] * 5, [0]), det, gt)
    assert pairs.det.tolist() == [0, 1]
    assert pairs.similarity == pytest.approx([1.0, 0.5])


def test_iou_candidates__boxes_of_no_size_are_similar_to_nothing():
    assert len(iou_candidates(arrangement_of([0], [0]), np.zeros((1, 4)), np.zeros((1, 4))).det) == 0
