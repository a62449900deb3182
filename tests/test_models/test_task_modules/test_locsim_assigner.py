"""SimOTA for a whole batch, and in metres."""

from __future__ import annotations

import pytest
import torch
from mmengine.structures import InstanceData
from mmpose.registry import TASK_UTILS
from mmpose.structures import PoseDataSample

from mmsynloc.datasets.synloc_dataset import METAINFO_FILE
from mmsynloc.models.structures import Predictions, make_grid, pad_truth

SHAPES, STRIDES = ((12, 40), (6, 20), (3, 10)), (8, 16, 32)  # 320 x 96 px
CPU = torch.device("cpu")


def _assigner(**kwargs):
    oks = dict(type="PoseOKS", metainfo=str(METAINFO_FILE))
    return TASK_UTILS.build(dict(type="LocSimAssigner", oks_calculator=oks, **kwargs))


def _truth(count=1, metres_per_px=0.1, left=40.0, images=1):
    """People 10 px wide and 20 px high, 100 px apart, with their feet at y = 50."""
    x = torch.arange(count) * 100.0 + left
    zero = torch.zeros(count)
    labels = InstanceData(
        bboxes=torch.stack([x - 5, zero + 30, x + 5, zero + 50], 1),
        labels=torch.zeros(count, dtype=torch.long),
        keypoints=torch.stack([torch.stack([x, zero + 40], 1), torch.stack([x, zero + 50], 1)], 1),
        keypoints_visible=torch.ones(count, 2),
        areas=torch.full((count,), 100.0),
        pixel_to_metre=metres_per_px * torch.eye(2).expand(count, 2, 2),
    )
    return pad_truth([PoseDataSample(gt_instance_labels=labels)] * images, 2, CPU)


def _predictions(errors_px=(), scores=0.5, images=1, others=0.0):
    """Priors of stride 8 in the first person's window are right but for the ground point's x.

    Args:
        errors_px: of the priors (40, 40), (40, 32), (40, 48), (32, 40), ...
        scores: of these priors.
        images: B.
        others: score of all other priors, which see someone far away.
    """
    grid = make_grid(SHAPES, STRIDES, 0.0, CPU)
    values = torch.zeros(images, len(grid.priors), 12)
    values[..., :2] = torch.logit(torch.tensor(others), eps=1e-6)
    values[..., 4:10] = 1e4  # strides away
    cells = [(5, 5), (5, 4), (5, 6), (4, 5), (6, 5), (4, 4), (6, 4), (4, 6), (6, 6)]  # three are in the box
    for error, score, (x, y) in zip(errors_px, torch.as_tensor(scores).expand(len(errors_px)), cells):
        row = values[:, y * 40 + x]
        row[:, :2] = torch.logit(score)
        row[:, 2:4] = (torch.tensor([10.0, 20.0]) / 8).log()
        row[:, 4:6] = torch.tensor([40.0 - 8 * x, 40.0 - 8 * y]) / 8
        row[:, 6:10] = torch.tensor([40.0 - 8 * x, 40.0 - 8 * y, 40.0 + error - 8 * x, 50.0 - 8 * y]) / 8
    return Predictions(values, grid, 1, 2, ())


def _chosen(assignment, image=0):
    """The chosen priors of each athlete of an image."""
    numbers = assignment.prior_index[image], assignment.athlete_index[image], assignment.weight[image] > 0
    priors, athletes, used = (field.flatten() for field in numbers)
    return [sorted(priors[used & (athletes == n)].tolist()) for n in range(len(numbers[0]))]


BOTH_MODES = pytest.mark.parametrize("window", [5, None])


@BOTH_MODES
def test_assign__nobody(window):
    assignment = _assigner(window=window)(_predictions([0.0], images=2), _truth(0, images=2))
    assert assignment.weight.sum() == 0
    assert assignment.weight.shape[:2] == (2, 1)


@BOTH_MODES
def test_assign__counts_in_metres(window):
    errors = [0.0, 0.5, 1.0, 1.5, 20.0, 20.0, 20.0, 20.0]
    few = _assigner(window=window)(_predictions(errors), _truth(metres_per_px=2.0))
    many = _assigner(window=window)(_predictions(errors), _truth(metres_per_px=0.01))
    assert few.weight.sum() == 1  # LocSim is 1 + 0.05 + 0.05**4 + ... where a pixel is 2 m
    assert many.weight.sum() == 7  # 4 x 1.0, and 4 x 0.05 ** 0.04 = 4 x 0.89, where it is 1 cm
    assert _chosen(few) == [[5 * 40 + 5]]


@BOTH_MODES
def test_assign__tau_is_an_argument(window):
    predictions, truth = _predictions([0.0, 3.0, 3.0]), _truth(metres_per_px=1.0)
    assert _assigner(window=window)(predictions, truth, tau_m=1.0).weight.sum() == 1
    assert _assigner(window=window)(predictions, truth, tau_m=10.0).weight.sum() == 2  # 1 + 2 x 0.05 ** 0.09 = 2.5


@BOTH_MODES
def test_assign__prices_in_metres(window):
    """Of two priors the assigner takes the one that is right on the ground, whatever the score says."""
    predictions, truth = _predictions([3.0, 0.0], scores=[0.9, 0.5]), _truth(metres_per_px=0.5)
    options = dict(iou_weight=0.0, oks_weight=0.0, candidate_topk=1, window=window)
    assert _chosen(_assigner(**options)(predictions, truth)) == [[5 * 40 + 5]]
    assert _chosen(_assigner(locsim_weight=3.0, **options)(predictions, truth)) == [[4 * 40 + 5]]


def test_assign__overlap_stays_oks():
    predictions = _predictions([0.0, 0.5, 1.0, 1.5])
    in_metres = _assigner()(predictions, _truth(metres_per_px=0.0001))
    by_oks = _assigner(dynamic_k_indicator="oks")(predictions, _truth(metres_per_px=0.0001))
    assert in_metres.weight.sum() == 4
    used = by_oks.weight > 0
    torch.testing.assert_close(in_metres.overlap[used], by_oks.overlap[used])


def test_assign__athlete_on_the_horizon_is_counted_by_oks():
    predictions = _predictions([0.0, 0.5, 1.0, 1.5])
    on_horizon = _assigner()(predictions, _truth(metres_per_px=0.0))
    by_oks = _assigner(dynamic_k_indicator="oks")(predictions, _truth())
    assert _chosen(on_horizon) == _chosen(by_oks)


def test_window__nobody_takes_priors_from_elsewhere():
    """The second person's window holds no prior of a fitting size; upstream takes one of the first's, at any cost."""
    predictions, truth = _predictions([0.0] * 9, scores=0.99), _truth(2)
    _, second = _chosen(_assigner(dynamic_k_indicator="iou")(predictions, truth))
    points = predictions.grid.priors[second]
    assert len(points) > 0
    assert ((points[:, :2] - torch.tensor([140.0, 40.0])).abs() <= 3 * points[:, 2:]).all()


@pytest.mark.parametrize(("left", "expected"), [(-4.0, True), (-300.0, False), (1e9, False), (float("inf"), False)])
def test_window__at_the_edge_and_out_of_the_frame(left, expected):
    assignment = _assigner(dynamic_k_indicator="oks")(_predictions([0.0]), _truth(left=left))
    assert bool(assignment.weight.any()) == expected
    assert assignment.prior_index.min() >= 0
    assert assignment.prior_index.max() < 12 * 40 + 6 * 20 + 3 * 10
    assert assignment.overlap.isfinite().all() or not assignment.weight.any()


def test_window__two_on_one_spot_share_no_prior():
    truth = _truth()
    twins = type(truth)(truth.table.repeat(1, 2, 1), 2)
    assignment = _assigner(dynamic_k_indicator="oks")(_predictions([0.0] * 6), twins)
    first, second = _chosen(assignment)
    assert not set(first) & set(second)
    assert first  # who comes first has them at equal cost


def test_window__images_do_not_meddle():
    predictions = _predictions([0.0] * 3, images=3)
    truth = _truth(images=3)
    truth.table[1] = 0  # nobody
    assignment = _assigner(dynamic_k_indicator="oks")(predictions, truth)
    assert assignment.weight.sum((1, 2)).tolist() == [3.0, 0.0, 3.0]
    assert _chosen(assignment, 0) == _chosen(assignment, 2)


def test_window__larger_than_the_map():
    assignment = _assigner(window=64)(_predictions([0.0, 0.5]), _truth())
    assert assignment.weight.sum() >= 1


def test_options__wrong():
    with pytest.raises(ValueError, match="one of iou, oks, locsim"):
        _assigner(dynamic_k_indicator="giou")
    with pytest.raises(ValueError, match="at least one cell"):
        _assigner(window=0)
