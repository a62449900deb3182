"""Targets, losses and predictions as a GPU likes them: of fixed shape, without waits, in one graph."""

from __future__ import annotations

import copy

import pytest
import torch

from mmsynloc.analysis.launches import LaunchCounter
from mmsynloc.models.heads.detections import cameras_for, detect
from mmsynloc.models.structures import flatten_outputs, pad_truth
from mmsynloc.models.utils.views import InputView
from tests.test_models.inputs import (
    INPUT_SIZE,
    all_options,
    build_head,
    crowd,
    features,
    head_config,
    metainfo,
    total,
)

WINDOW = dict(assigner={**head_config()["assigner"], "type": "LocSimAssigner"})
LOCSIM = dict(loss_locsim=dict(type="LocSimLoss"))
SIMCC = dict(simcc=dict(), loss_simcc=dict(type="SimCCLoss"))
KEYPOINT_AUX = dict(loss_kpt_aux=dict(type="L1Loss", use_target_weight=True, loss_weight=5.0))
OPTIONS = {
    "upstream": {},
    "window": WINDOW,
    "locsim": WINDOW | LOCSIM,
    "demo": {**all_options(), "simcc": None, "loss_simcc": None},
    "simcc": WINDOW | LOCSIM | SIMCC,
    "all": all_options(),
}
MAX_LAUNCHES = 250
MAX_LAUNCHES_OF_ALL = 270  # LocSim three times over and SimCC: no config of ours joins them


def _batch(head, batch_size, count):
    """Predictions and athletes; as on a GPU, the athletes were made a table on the host."""
    samples = [crowd(count) for _ in range(batch_size)]
    with torch.no_grad():
        outputs = head(features(batch_size))
    return flatten_outputs(outputs, head.grid_of(outputs)), pad_truth(samples, head.num_keypoints, "cpu")


@pytest.mark.parametrize("use_aux_loss", [False, True])
@pytest.mark.parametrize("name", ["window", "locsim", "demo", "simcc", "all"])
def test_loss__launches_do_not_grow_and_nothing_waits(name, use_aux_loss):
    head = build_head(**OPTIONS[name], **KEYPOINT_AUX)
    head.use_aux_loss = use_aux_loss
    counts = []
    for batch_size, count in ((4, 5), (64, 60)):
        predictions, truth = _batch(head, batch_size, count)
        with LaunchCounter() as counter:
            terms, _ = head.loss_terms(predictions, truth, head.taus())
        assert all(term.isfinite() for term in terms.values())
        assert counter.waits == 0
        counts.append(counter.launches)
    assert counts[0] == counts[1] <= (MAX_LAUNCHES_OF_ALL if name == "all" else MAX_LAUNCHES)


def test_loss__with_all_options_and_backward():
    head = build_head(**all_options())
    head.use_aux_loss = True
    counts = []
    for batch_size, count in ((2, 5), (8, 30)):
        head.zero_grad()
        predictions, truth = _batch(head, batch_size, count)
        leaf = predictions.values.clone().requires_grad_()
        with LaunchCounter() as counter:
            terms, _ = head.loss_terms(predictions._replace(values=leaf), truth, head.taus())
            total(terms).backward()
        assert leaf.grad.isfinite().all()
        assert counter.waits == 0
        counts.append(counter.launches)
    assert counts[0] == counts[1]


def test_loss__upstream_waits_hundreds_of_times():
    """What is compared with, so that the counter itself is tested."""
    head = build_head(type="YOLOXPoseHead")
    with LaunchCounter() as counter:
        head.loss(features(4), [crowd(5) for _ in range(4)])
    assert counter.waits > 40
    assert counter.launches > 2 * MAX_LAUNCHES


@pytest.mark.parametrize("name", OPTIONS)
def test_loss__runs_on_the_meta_device(name):
    """Nothing can be read there, and a tensor that was left on the CPU is an error."""
    head = build_head(**OPTIONS[name])
    head.use_aux_loss = True
    on_meta = copy.deepcopy(head).to("meta")
    samples = [crowd(5), crowd(0)]
    losses = on_meta.loss(tuple(level.to("meta") for level in features(2)), samples)
    total(losses).backward()
    assert {value.device.type for value in losses.values()} == {"meta"}
    assert losses.keys() == head.loss(features(2), samples).keys()


@pytest.mark.parametrize("name", ["upstream", "all"])
def test_loss__compiles_to_one_graph(name):
    head = build_head(**OPTIONS[name])
    samples = [crowd(5), crowd(0)]
    if name == "upstream":  # in a graph ties go to the first prior
        for sample in samples:
            sample.gt_instance_labels.bboxes[:] = torch.tensor([-1000.0, -1000, 1000, 1000])
        head.assigner.center_radius = 1000
    expected = head.loss(features(2), samples)
    head.compile_losses = dict(backend="eager")  # the graph's operations as they are; fullgraph is always on
    found = head.loss(features(2), samples)
    for loss, compiled in zip(expected.values(), found.values()):
        torch.testing.assert_close(compiled, loss, rtol=1e-5, atol=1e-7)
    copy.deepcopy(head)  # the moving average does


@pytest.mark.parametrize("mode", ["box", "ground", "both"])
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_detect__waits_for_nothing(mode, device):
    """On a CPU it looks up how many candidates there are; what the host gets comes after it in one copy."""
    head = build_head(simcc={}).eval().to(device)
    cfg = dict(score_thr=2e-5, nms_thr=0.65, nms_mode=mode)
    with torch.no_grad():
        outputs = head(tuple(level.to(device) for level in features(3)))
        predictions = flatten_outputs(outputs, head.grid_of(outputs))
        limits = torch.tensor([INPUT_SIZE] * 3, device=device)
        cameras = cameras_for([metainfo()] * 3, cfg)
        cameras = cameras and cameras.to(torch.device(device))
        with LaunchCounter() as counter:
            found = detect(predictions, InputView(INPUT_SIZE, INPUT_SIZE), limits, cameras, cfg, 1, head.simcc)
    assert {field.device.type for field in found} == {device}
    if device == "meta":
        assert counter.waits == 0
        assert found.kept.shape == (3, 1000)
