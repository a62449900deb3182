"""The head in metres: training."""

from __future__ import annotations

import pytest
import torch
from mmengine.logging import MessageHub

from mmsynloc.models.heads.yoloxpose_ground_head import Taus
from mmsynloc.models.structures import flatten_outputs, pad_truth
from tests.test_models.inputs import (
    all_options,
    build_head,
    crowd,
    data_sample,
    features,
    head_config,
    person,
    planted_outputs,
    total,
)

LOCSIM = dict(loss_locsim=dict(type="LocSimLoss"))


def _gradients(head, losses):
    head.zero_grad()
    total(losses).backward()
    return {name: parameter.grad for name, parameter in head.named_parameters() if parameter.requires_grad}


@pytest.mark.parametrize("kind", ["YOLOXPoseGroundHead", "YOLOXPoseSimCCHead"])
@pytest.mark.parametrize("use_aux_loss", [False, True])
def test_loss__without_options_is_upstream(kind, use_aux_loss):
    """Losses and gradients are upstream's, summed in another order."""
    ours, upstream = build_head(type=kind), build_head(type="YOLOXPoseHead")
    ours.use_aux_loss = upstream.use_aux_loss = use_aux_loss
    counts = [5, 40, 1, 200] if use_aux_loss else [5, 0, 40, 1, 200]  # upstream's auxiliary losses fail on nobody
    samples = [crowd(count, with_metric=False) for count in counts]
    for seed in range(3):
        expected = upstream.loss(features(len(counts), seed), samples)
        found = ours.loss(features(len(counts), seed), samples)
        assert found.keys() == expected.keys()
        for name in expected:
            torch.testing.assert_close(found[name], expected[name].mean(), rtol=1e-5, atol=1e-7)
        gradients = _gradients(ours, found)
        for name, gradient in _gradients(upstream, expected).items():
            scale = gradient.abs().max().item()  # single entries may all but cancel out
            torch.testing.assert_close(gradients[name], gradient, rtol=1e-4, atol=1e-5 * scale)


def test_head__loads_upstream_weights():
    ours, upstream = build_head(**all_options()), build_head(type="YOLOXPoseHead")
    missing, unexpected = ours.load_state_dict(upstream.state_dict(), strict=False)
    assert not unexpected
    assert missing
    assert all(name.startswith("simcc.") for name in missing)


def _assert_healthy(head, feats, samples):
    losses = head.loss(feats, samples)
    gradients = _gradients(head, losses)
    assert all(value.isfinite().all() for value in losses.values()), losses
    for name, gradient in gradients.items():
        assert gradient is not None, f"{name} has no gradient: distributed training would stop"
        assert gradient.isfinite().all(), name
    return losses


@pytest.mark.parametrize("use_aux_loss", [False, True])
def test_loss__empty_images(use_aux_loss):
    head = build_head(**all_options())
    head.use_aux_loss = use_aux_loss
    losses = _assert_healthy(head, features(2), [crowd(0), crowd(0)])
    assert losses["loss_simcc"] == losses["loss_kpt"] == 0
    assert head.use_aux_loss == use_aux_loss


@pytest.mark.parametrize("use_aux_loss", [False, True])
def test_loss__some_images_empty(use_aux_loss):
    head = build_head(**all_options())
    head.use_aux_loss = use_aux_loss
    losses = _assert_healthy(head, features(3), [crowd(0), crowd(4), crowd(0)])
    assert ("loss_bbox_aux" in losses) == use_aux_loss


@pytest.mark.parametrize("count", [1, 300])
def test_loss__single_person_and_crowd(count):
    head = build_head(**all_options())
    head.use_aux_loss = True
    losses = _assert_healthy(head, features(), [crowd(count)])
    assert {"loss_locsim", "loss_simcc"} <= losses.keys()


def test_loss__people_out_of_reach_of_all_priors():
    sample = crowd(3)
    sample.gt_instance_labels.bboxes += 5000
    sample.gt_instance_labels.keypoints += 5000
    head = build_head(**all_options())
    head.use_aux_loss = True
    _assert_healthy(head, features(), [sample])


BOTH_MODES = pytest.mark.parametrize("window", [5, None])


def _with_all(window):
    options = all_options()
    options["assigner"]["window"] = window
    head = build_head(**options)
    head.use_aux_loss = True
    return head


@BOTH_MODES
@pytest.mark.parametrize("side", [0.0, 1e-3, 0.3])
def test_loss__boxes_of_a_fraction_of_a_pixel(window, side):
    sample = crowd(5)
    labels = sample.gt_instance_labels
    labels.bboxes[:, 2:] = labels.bboxes[:, :2] + side
    labels.areas[:] = side**2
    _assert_healthy(_with_all(window), features(), [sample])


@BOTH_MODES
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("counts", [[0, 0], [300, 0, 1]], ids=str)
def test_loss__half_precision_with_nobody_and_a_crowd(window, dtype, counts):
    head = _with_all(window)
    with torch.autocast("cpu", dtype=dtype):
        losses = head.loss(features(len(counts)), [crowd(count) for count in counts])
    assert all(value.isfinite() and value.dtype == torch.float32 for value in losses.values())
    for name, gradient in _gradients(head, losses).items():
        assert gradient is not None, name
        assert gradient.isfinite().all(), name


def test_loss__predictions_that_are_no_numbers_elsewhere():
    """A prior that belongs to nobody may predict a box of any size; only its objectness is looked at."""
    head = build_head(**all_options())
    with torch.no_grad():
        outputs = head(features())
    outputs.boxes[0][0, 2:, 0, 0] = 1e30  # its exponential is infinite
    expected = head.loss_terms(flatten_outputs(outputs, head.grid_of(outputs)), pad_truth([crowd(3)], 2, "cpu"), Taus())
    assert all(term.isfinite() for term in expected[0].values())


BY_RANK = {"one sees nobody": [[0, 0], [5, 60]], "nobody at all": [[0], [0]]}


def _losses_of_rank(rank, folder):
    """Steps of one of two processes, which see different numbers of people; gradients and losses to a file."""
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=2)
    results = {}
    for name, sizes in BY_RANK.items():
        head = _with_all(5)
        wrapped = torch.nn.parallel.DistributedDataParallel(_Loss(head))
        losses = wrapped(features(len(sizes[rank]), rank), [crowd(count) for count in sizes[rank]])
        total(losses).backward()
        gradients = {key: parameter.grad for key, parameter in head.named_parameters()}
        results[name] = gradients, {key: value.detach() for key, value in losses.items()}
    torch.save(results, f"{folder}/{rank}.pth")
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()


class _Loss(torch.nn.Module):
    """The loss as the forward pass, through which DDP looks at a module."""

    def __init__(self, head):
        super().__init__()
        self.head = head

    def forward(self, feats, samples):
        return self.head.loss(feats, samples)


def test_loss__two_processes(tmp_path):
    """All parameters get gradients, the same on both sides; what is divided by the positives is by their mean."""
    torch.multiprocessing.spawn(_losses_of_rank, (str(tmp_path),), nprocs=2)
    ranks = [torch.load(tmp_path / f"{rank}.pth") for rank in range(2)]
    for name, sizes in BY_RANK.items():
        (first, _), (second, losses) = (rank[name] for rank in ranks)
        for key, gradient in first.items():
            assert gradient is not None, key
            assert gradient.isfinite().all(), key
            torch.testing.assert_close(gradient, second[key])
        alone = _with_all(5).loss(features(len(sizes[1]), 1), [crowd(count) for count in sizes[1]])
        torch.testing.assert_close(losses["loss_bbox"], 2 * alone["loss_bbox"])  # the other process has no positives
        torch.testing.assert_close(losses["loss_kpt"], alone["loss_kpt"])


def test_loss__keypoints_out_of_frame():
    sample = crowd(4)
    sample.gt_instance_labels.keypoints += 2000  # the boxes are in the frame
    losses = _assert_healthy(build_head(**all_options()), features(), [sample])
    assert losses["loss_simcc"] == 0  # nothing to classify in any window


def test_loss__invisible_keypoints():
    sample = crowd(4)
    sample.gt_instance_labels.keypoints_visible[:, 1] = 0
    losses = _assert_healthy(build_head(**all_options()), features(), [sample])
    assert losses["loss_locsim"] == 0


def test_loss__camera_near_the_horizon():
    near = crowd(4)
    near.gt_instance_labels.pixel_to_metre *= 1e4
    on = crowd(4)
    on.gt_instance_labels.pixel_to_metre *= 0
    head = build_head(**all_options())
    losses = _assert_healthy(head, features(2), [near, on])
    assert losses["loss_locsim"] > 0
    assert _assert_healthy(head, features(), [on])["loss_locsim"] == 0


def test_loss__without_metric_says_what_to_do():
    with pytest.raises(ValueError, match="with_ground_metric=True"):
        build_head(**LOCSIM).loss(features(), [crowd(3, with_metric=False)])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_loss__autocast(dtype):
    head = build_head(**all_options())
    with torch.autocast("cpu", dtype=dtype):
        losses = head.loss(features(), [crowd(12)])
    assert all(value.isfinite().all() and value.dtype == torch.float32 for value in losses.values())
    assert all(gradient.isfinite().all() for gradient in _gradients(head, losses).values())


def test_decode__is_float32_under_autocast():
    head = build_head()
    with torch.autocast("cpu", dtype=torch.float16):
        *outputs, _ = head(features())
    assert {level.dtype for output in outputs for level in output} == {torch.float32}


def test_loss__overflow_is_seen_and_leaves_the_head_usable():
    """Features so large that half precision overflows: the loss says so instead of hiding it."""
    head = build_head(**all_options())
    with torch.autocast("cpu", dtype=torch.float16):
        losses = head.loss(tuple(level * 1e6 for level in features()), [crowd(3)])
    assert not total(losses).isfinite()
    _assert_healthy(build_head(**all_options()), features(), [crowd(3)])


ONE_PRIOR = dict(assigner={**head_config()["assigner"], "candidate_topk": 1})  # the planted one


def _loss_of_planted(monkeypatch, spot, seen_at, **options):
    """Losses where someone at ``spot`` is seen at another place, by the prior in the middle of his box."""
    assert MessageHub.get_current_instance().get_info("max_iters") is None, "another test left a training behind"
    x1, y1, x2, y2 = person(spot, 0.5)["box"]
    seen = person(seen_at, 0.9, cell=(round((x1 + x2) / 16), round((y1 + y2) / 16)))
    head = build_head(**ONE_PRIOR, **options)
    monkeypatch.setattr(head.head_module, "forward", lambda feats: planted_outputs([seen]))
    return head.loss(features(), [data_sample([spot])])


@pytest.mark.parametrize("spot", [(-30.0, 3.0), (-10.0, -4.0), (15.0, 3.0)])
def test_loss_locsim__is_in_metres_near_and_far(monkeypatch, spot):
    options = dict(loss_locsim=dict(type="LocSimLoss", far_weight=0.0))
    exact = _loss_of_planted(monkeypatch, spot, spot, **options)
    beside = _loss_of_planted(monkeypatch, spot, (spot[0], spot[1] + 0.5), **options)
    assert exact["loss_locsim"].item() == pytest.approx(0, abs=1e-4)
    # across the view the derivative is all but exact
    assert beside["loss_locsim"].item() == pytest.approx(1 - 0.05**0.25, rel=0.01)


@pytest.mark.parametrize("spot", [(-30.0, 3.0), (-10.0, -4.0), (15.0, 3.0)])
def test_quality__score_learns_locsim(monkeypatch, spot):
    options = dict(quality="locsim")
    exact = _loss_of_planted(monkeypatch, spot, spot, **options)
    beside = _loss_of_planted(monkeypatch, spot, (spot[0], spot[1] + 0.4), **options)
    assert exact["overlaps"].item() == pytest.approx(1, abs=1e-4)
    assert beside["overlaps"].item() == pytest.approx(0.05**0.16, rel=0.01)


def test_quality__unknown_or_for_many_classes():
    with pytest.raises(ValueError, match="'oks' or 'locsim'"):
        build_head(quality="iou")
    with pytest.raises(ValueError, match="ranks one class"):
        build_head(quality="locsim", num_classes=2)


def test_loss__leaves_no_state_behind():
    head = build_head(**all_options()).eval()
    before = {name: dict(vars(module)) for name, module in head.named_modules()}
    head.loss(features(), [crowd(3)])
    head.predict(features(), [crowd(0)], dict(score_thr=2e-5, nms_mode="ground"))
    with pytest.raises(ValueError, match="pixel_to_metre"):
        head.loss(features(), [crowd(3, with_metric=False)])
    assert {name: dict(vars(module)) for name, module in head.named_modules()} == before
