"""Images become a batch."""

from __future__ import annotations

import pytest
import torch
from mmengine.logging import MessageHub
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS

from tests.test_models.inputs import crowd

OPTIONS = [
    {},
    dict(mean=[0, 0, 0], std=[1, 1, 1]),
    dict(mean=[123.0, 116, 104], std=[58.0, 57, 57], bgr_to_rgb=True),
    dict(pad_size_divisor=32, pad_value=114),
]


def _build(kind, **options):
    with DefaultScope.overwrite_default_scope("mmpose"):
        return MODELS.build(dict(type=kind, **options))


def _data(*sizes):
    generator = torch.Generator().manual_seed(0)
    images = [torch.randint(0, 256, (3, *size), generator=generator, dtype=torch.uint8) for size in sizes]
    return dict(inputs=images, data_samples=[crowd(2) for _ in sizes])


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("sizes", [[(40, 70)], [(64, 96), (64, 96)], [(40, 70), (64, 32)]], ids=str)
def test_forward__is_upstreams(options, sizes):
    ours, upstream = (
        _build(kind, **options)(_data(*sizes), training=True)
        for kind in ("SynLocDataPreprocessor", "PoseDataPreprocessor")
    )
    torch.testing.assert_close(ours["inputs"], upstream["inputs"], rtol=0, atol=0)
    assert ours["inputs"].dtype == torch.float32
    for sample, expected in zip(ours["data_samples"], upstream["data_samples"]):
        assert sample.metainfo["batch_input_shape"] == expected.metainfo["batch_input_shape"]
        assert sample.metainfo["pad_shape"] == expected.metainfo["pad_shape"]


def test_forward__channels_are_last_and_labels_stay():
    data = _data((64, 96), (64, 96))
    labels = data["data_samples"][0].gt_instance_labels
    batch = _build("SynLocDataPreprocessor")(data)
    assert batch["inputs"].is_contiguous(memory_format=torch.channels_last)
    assert batch["data_samples"][0].gt_instance_labels is labels


def test_forward__augments_in_training_alone():
    augment = [dict(type="SynLocBatchResize", sizes=[(64, 64)], interval=1)]
    module = _build("SynLocDataPreprocessor", batch_augments=augment)
    MessageHub.get_current_instance().update_info("iter", 1)  # the first batch keeps its size
    assert module(_data((32, 32)), training=True)["inputs"].shape[2:] == (64, 64)
    assert module(_data((32, 32)), training=False)["inputs"].shape[2:] == (32, 32)
