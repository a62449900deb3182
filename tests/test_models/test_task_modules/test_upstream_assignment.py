"""The assignment without a window is the installed MMPose's, to the bit."""

from __future__ import annotations

import pytest
import torch
from mmengine.structures import InstanceData
from mmpose.registry import TASK_UTILS

from mmsynloc.models.structures import decode, flatten_outputs, pad_truth
from mmsynloc.models.task_modules.upstream_assignment import compact
from tests.test_models.inputs import build_head, crowd, features, head_config

COUNTS = [[0, 0], [1], [1, 0, 7], [5, 60], [300, 2]]


def _batch(seed, counts, spread=1.0):
    """A head, its predictions and the athletes; with a small ``spread`` almost all costs are tied."""
    head = build_head()
    feats = tuple(level * spread for level in features(len(counts), seed))
    with torch.no_grad():
        outputs = head(feats)
    samples = [crowd(count, with_metric=False) for count in counts]
    return flatten_outputs(outputs, head.grid_of(outputs)), samples


def _upstream(assigner, predictions, samples):
    """Athletes (B, M) of the priors, -1 for none, and overlaps (B, M)."""
    values, priors = predictions.values.contiguous(), predictions.grid.priors
    found = decode(values, priors.expand(len(values), -1, -1), *predictions.sizes)
    scores = (found.class_logits.sigmoid() * found.objectness_logits.sigmoid()).sqrt()
    athletes, overlaps = [], []
    for i, sample in enumerate(samples):
        instances = InstanceData(
            bboxes=found.boxes_xyxy[i],
            scores=scores[i],
            priors=priors,
            keypoints=found.keypoints_px[i],
            keypoints_visible=found.visibility_logits[i].sigmoid(),
        )
        result = assigner.assign(instances, sample.gt_instance_labels)
        athletes.append(result["gt_inds"] - 1)
        overlaps.append(result["max_overlaps"])
    return torch.stack(athletes), torch.stack(overlaps)


def _by_prior(assignment, num_priors):
    """The same of our assignment."""
    flat = assignment.flat()
    athletes = torch.full((len(flat.weight), num_priors), -1)
    overlaps = torch.zeros(len(flat.weight), num_priors)
    for i, used in enumerate(flat.weight > 0):
        athletes[i, flat.prior_index[i, used]] = flat.athlete_index[i, used]
        overlaps[i, flat.prior_index[i, used]] = flat.overlap[i, used]
    return athletes, overlaps


@pytest.mark.parametrize("counts", COUNTS, ids=str)
@pytest.mark.parametrize("options", [{}, dict(dynamic_k_indicator="iou", vis_weight=1.0, candidate_topk=13)], ids=str)
def test_assign__without_window_is_upstream(counts, options):
    config = {**head_config()["assigner"], **options}
    upstream = TASK_UTILS.build(config)
    ours = TASK_UTILS.build({**config, "type": "LocSimAssigner", "window": None})
    for seed in range(4):
        predictions, samples = _batch(seed, counts, spread=1.0 if seed % 2 else 1e-4)
        athletes, overlaps = _upstream(upstream, predictions, samples)
        found, found_overlaps = _by_prior(ours(predictions, pad_truth(samples, 2, "cpu")), len(athletes[0]))
        assert torch.equal(found, athletes)
        chosen = athletes >= 0
        assert chosen.any() or not any(counts)
        assert torch.equal(found_overlaps[chosen], overlaps[chosen])


def test_assign__of_fixed_shape_differs_in_ties_alone(monkeypatch):
    """As on a GPU: among all priors, and of equal costs the first."""
    assigner = TASK_UTILS.build({**head_config()["assigner"], "type": "LocSimAssigner", "window": None})
    predictions, samples = _batch(0, [1, 0, 7, 40])
    # Costs over 1e5 are multiples of 1/128 and often equal; with a box like the image there are none.
    for sample in samples:
        sample.gt_instance_labels.bboxes[:] = torch.tensor([-1000.0, -1000, 1000, 1000])
    assigner.center_radius = 1000
    truth = pad_truth(samples, 2, "cpu")
    exact = _by_prior(assigner(predictions, truth), len(predictions.grid.priors))
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)
    fixed = _by_prior(assigner(predictions, truth), len(predictions.grid.priors))
    assert torch.equal(exact[0], fixed[0])
    torch.testing.assert_close(exact[1], fixed[1])


def test_compact__numbers_in_order():
    valid = torch.tensor([[False, True, True, False, True], [False] * 5, [False, False, False, False, True]])
    index, exists = compact(valid)
    assert index.tolist() == [[1, 2, 4], [0, 0, 0], [4, 0, 0]]
    assert exists.tolist() == [[True] * 3, [False] * 3, [True, False, False]]
    index, exists = compact(torch.zeros(2, 5, dtype=torch.bool))
    assert index.shape == (2, 1)
    assert not exists.any()
