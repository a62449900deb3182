"""Predictions by prior."""

from __future__ import annotations

import pytest
import torch
from mmpose.registry import TASK_UTILS

from mmsynloc.models.structures import decode, flatten_outputs, make_grid, take_priors
from tests.test_models.inputs import build_head, features

SHAPES = ((3, 5), (2, 3), (1, 2))


@pytest.mark.parametrize("offset", [0.0, 0.5])
def test_make_grid__is_upstreams(offset):
    generator = TASK_UTILS.build(dict(type="mmpose.MlvlPointGenerator", offset=offset, strides=[8, 16, 32]))
    expected = torch.cat(generator.grid_priors(SHAPES, device="cpu", with_stride=True))
    grid = make_grid(SHAPES, (8, 16, 32), offset, torch.device("cpu"))
    assert torch.equal(grid.priors, expected)
    assert grid.levels.tolist() == [[0, 5, 3, 8], [15, 3, 2, 16], [21, 2, 1, 32]]


def test_make_grid__made_in_a_prediction_serves_a_training():
    with torch.inference_mode():
        grid = make_grid(((7, 3),), (8,), 0.0, torch.device("cpu"))
    assert not grid.priors.is_inference()


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_decode__is_upstreams(memory_format):
    ours, upstream = build_head().eval(), build_head(type="YOLOXPoseHead").eval()
    feats = tuple(level.to(memory_format=memory_format) for level in features(3))
    with torch.no_grad():
        outputs = ours(feats)
        predictions = flatten_outputs(outputs, ours.grid_of(outputs))
        raw = [upstream._flatten_predictions(maps) for maps in upstream(feats)]
    priors = predictions.grid.priors
    found = decode(predictions.values, priors.expand(3, -1, -1), *predictions.sizes)
    boxes = upstream.decode_bbox(raw[2], priors[:, :2], priors[:, 2])
    keypoints = upstream.decode_kpt_reg(raw[3], priors[:, :2], priors[:, 2])
    assert torch.equal(found.class_logits, raw[0])
    assert torch.equal(found.objectness_logits, raw[1])
    assert torch.equal(found.boxes, raw[2][..., [2, 3, 0, 1]])
    assert torch.equal(found.visibility_logits, raw[4])
    torch.testing.assert_close(found.boxes_xyxy, boxes, rtol=1e-6, atol=1e-4)  # the exponential's last bit
    torch.testing.assert_close(found.keypoints_px, keypoints, rtol=1e-6, atol=1e-4)


def test_take_priors__picks_and_decodes():
    head = build_head()
    with torch.no_grad():
        outputs = head(features(2))
    predictions = flatten_outputs(outputs, head.grid_of(outputs))
    index = torch.tensor([[5, 1200, 5], [0, 970, 3]])
    everything = decode(predictions.values, predictions.grid.priors.expand(2, -1, -1), *predictions.sizes)
    for picked, field in zip(take_priors(predictions, index), everything):
        torch.testing.assert_close(picked, torch.stack([field[i, row] for i, row in enumerate(index)]))
    nothing = take_priors(predictions, index[:, :0])
    assert nothing.keypoints_px.shape == (2, 0, 2, 2)
