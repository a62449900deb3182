"""Packing for MMDetection: its data sample, its way to count pixels."""

from __future__ import annotations

import mmdet.datasets  # noqa: F401  registers what belongs to it
import numpy as np
import pytest
import torch

from mmsynloc.datasets.transforms import RenderSynLocImage, SynLocFitResize
from mmsynloc.datasets.transforms.det_packing import PackSynLocDetInputs


def _results(boxes: list, **extra) -> dict:
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    image = np.zeros((90, 160, 3), np.uint8)
    return dict(img=image, img_id=3, img_shape=(90, 160), annotated_size=(160, 90), bbox=boxes, **extra)


def test_pack__nobody():
    packed = PackSynLocDetInputs()(_results([], iscrowd=np.zeros(0, np.int64)))
    sample = packed["data_samples"]
    assert packed["inputs"].shape == (3, 90, 160)
    assert sample.gt_instances.bboxes.shape == sample.ignored_instances.bboxes.shape == (0, 4)
    assert sample.gt_instances.labels.dtype == torch.int64
    assert (sample.img_id, sample.img_shape, sample.annotated_size) == (3, (90, 160), (160, 90))


def test_pack__boxes_count_from_the_corner_and_crowds_are_ignored():
    results = _results([[0, 1, 10, 20], [-0.5, -0.5, 159.5, 89.5]], iscrowd=np.array([0, 1]))
    sample = PackSynLocDetInputs()(results)["data_samples"]
    assert sample.gt_instances.bboxes.tolist() == [[0.5, 1.5, 10.5, 20.5]]
    assert sample.gt_instances.labels.tolist() == [0]
    assert sample.ignored_instances.bboxes.tolist() == [[0, 0, 160, 90]]  # the whole image
    np.testing.assert_array_equal(results["bbox"][0], [0, 1, 10, 20])


def test_pack__without_labels():
    assert len(PackSynLocDetInputs(with_labels=False)(_results([[0, 1, 10, 20]]))["data_samples"].gt_instances) == 0


@pytest.mark.parametrize("size", [(640, 640), (333, 100)])
def test_pack__the_scale_factor_brings_boxes_back(size):
    box = [10.25, 20.5, 30.0, 60.75]
    results = RenderSynLocImage()(SynLocFitResize(size, anchor="corner")(_results([box])))
    sample = PackSynLocDetInputs()(results)["data_samples"]
    back = sample.gt_instances.bboxes / torch.tensor(sample.scale_factor).repeat(2)
    # float32 of at most 640 px is exact to 0.0001 px
    np.testing.assert_allclose(back.numpy()[0] - 0.5, box, atol=1e-3)
