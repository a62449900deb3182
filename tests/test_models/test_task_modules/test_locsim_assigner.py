"""SimOTA in metres."""

from __future__ import annotations

import pytest
import torch
from mmengine.structures import InstanceData
from mmpose.registry import TASK_UTILS

from mmsynloc.datasets.synloc_dataset import METAINFO_FILE


def _assigner(kind="LocSimAssigner", **kwargs):
    return TASK_UTILS.build(dict(type=kind, oks_calculator=dict(type="PoseOKS", metainfo=str(METAINFO_FILE)), **kwargs))


def _ground_truth(count=1, metres_per_px=0.1):
    """People 10 px wide and 20 px high, 100 px apart."""
    x = torch.arange(count) * 100.0 + 40
    zero = torch.zeros(count)
    return InstanceData(
        bboxes=torch.stack([x - 5, zero + 30, x + 5, zero + 50], 1),
        labels=torch.zeros(count, dtype=torch.long),
        keypoints=torch.stack([torch.stack([x, zero + 40], 1), torch.stack([x, zero + 50], 1)], 1),
        keypoints_visible=torch.ones(count, 2),
        areas=torch.full((count,), 100.0),
        pixel_to_metre=metres_per_px * torch.eye(2).expand(count, 2, 2),
    )


def _predictions(errors_px, scores=0.5):
    """Priors around the first person, each predicting all right but for the ground point's x."""
    count = len(errors_px)
    gt = _ground_truth()
    keypoints = gt.keypoints.repeat(count, 1, 1)
    keypoints[:, 1, 0] += torch.tensor(errors_px)
    priors = torch.tensor([[36.0 + 2 * (i % 4), 36.0 + 2 * (i // 4), 8, 8] for i in range(count)])
    return InstanceData(
        bboxes=gt.bboxes.repeat(count, 1),
        scores=torch.full((count, 1), scores),
        priors=priors,
        keypoints=keypoints,
        keypoints_visible=torch.ones(count, 2),
    )


def test_assign__empty_input():
    result = _assigner().assign(_predictions([0.0]), _ground_truth(0))
    assert result["gt_inds"].tolist() == [0]


def test_assign__without_metric_says_what_to_do():
    gt = _ground_truth()
    gt.pop("pixel_to_metre")
    with pytest.raises(ValueError, match="with_ground_metric=True"):
        _assigner().assign(_predictions([0.0]), gt)


def test_assign__counts_in_metres():
    errors = [0.0, 0.5, 1.0, 1.5, 20.0, 20.0, 20.0, 20.0]
    few = _assigner().assign(_predictions(errors), _ground_truth(metres_per_px=2.0))
    many = _assigner().assign(_predictions(errors), _ground_truth(metres_per_px=0.01))
    assert (few["gt_inds"] > 0).sum() == 1  # LocSim is 1 + 0.05 + 0.05**4 + ... where a pixel is 2 m
    assert (many["gt_inds"] > 0).sum() == 7  # 4 x 1.0, and 4 x 0.05 ** 0.04 = 4 x 0.89, where it is 1 cm


def test_assign__prices_in_metres():
    """Of two priors the assigner takes the one that is right on the ground, whatever the score says."""
    predictions = _predictions([3.0, 0.0])
    predictions.scores = torch.tensor([[0.9], [0.5]])
    options = dict(iou_weight=0.0, oks_weight=0.0, candidate_topk=1)
    by_score = _assigner(**options).assign(predictions, _ground_truth(metres_per_px=0.5))
    by_metres = _assigner(locsim_weight=3.0, **options).assign(predictions, _ground_truth(metres_per_px=0.5))
    assert by_score["gt_inds"].tolist() == [1, 0]
    assert by_metres["gt_inds"].tolist() == [0, 1]


def test_assign__overlap_stays_oks():
    errors = [0.0, 0.5, 1.0, 1.5]
    ours = _assigner().assign(_predictions(errors), _ground_truth(metres_per_px=0.0001))
    upstream = _assigner("SimOTAAssigner", dynamic_k_indicator="oks").assign(_predictions(errors), _ground_truth())
    chosen = ours["gt_inds"] > 0
    assert chosen.all()
    oks = upstream["max_overlaps"]
    torch.testing.assert_close(ours["max_overlaps"][oks > 0], oks[oks > 0])


def test_assign__athlete_on_the_horizon_is_counted_by_oks():
    errors = [0.0, 0.5, 1.0, 1.5]
    ours = _assigner().assign(_predictions(errors), _ground_truth(metres_per_px=0.0))
    upstream = _assigner("SimOTAAssigner", dynamic_k_indicator="oks").assign(_predictions(errors), _ground_truth())
    assert ours["gt_inds"].tolist() == upstream["gt_inds"].tolist()


@pytest.mark.parametrize("indicator", ["iou", "oks"])
def test_assign__upstream_indicators_give_upstream_result(indicator):
    errors = [0.0, 0.5, 3.0, 9.0]
    ours = _assigner(dynamic_k_indicator=indicator).assign(_predictions(errors), _ground_truth(2))
    upstream = _assigner("SimOTAAssigner", dynamic_k_indicator=indicator).assign(_predictions(errors), _ground_truth(2))
    assert ours["gt_inds"].tolist() == upstream["gt_inds"].tolist()
