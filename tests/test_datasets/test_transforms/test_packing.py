"""Packing: what upstream packs, planes included."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmpose.datasets.transforms import PackPoseInputs

from mmsynloc.datasets.transforms import PackSynLocInputs


@pytest.mark.parametrize("count", [0, 3])
def test_pack__same_as_upstream(count):
    rng = np.random.default_rng(0)
    results = dict(
        img=rng.integers(0, 255, (48, 86, 3), dtype=np.uint8),
        img_id=0,
        img_shape=(48, 86),
        bbox=rng.uniform(0, 40, (count, 4)).astype(np.float32),
        keypoints=rng.uniform(0, 40, (count, 2, 2)).astype(np.float32),
        keypoints_visible=np.ones((count, 2), np.float32),
    )
    ours, upstream = PackSynLocInputs()(dict(results)), PackPoseInputs()(dict(results))
    assert ours["inputs"].dtype == torch.uint8
    assert ours["inputs"].is_contiguous()
    assert torch.equal(ours["inputs"], upstream["inputs"])
    assert ours["data_samples"].metainfo == upstream["data_samples"].metainfo
    np.testing.assert_array_equal(ours["data_samples"].gt_instances.bboxes, results["bbox"])


def test_pack__a_whole_frame_is_no_input():
    frame = np.zeros((48, 86, 3), np.uint8)
    results = dict(img=frame, frame=frame, img_id=0, img_shape=(48, 86), bbox=np.zeros((0, 4), np.float32))
    results |= dict(keypoints=np.zeros((0, 2, 2), np.float32), keypoints_visible=np.zeros((0, 2), np.float32))
    packed = PackSynLocInputs()(results)
    assert packed["inputs"].shape == (3, 0, 0)
    assert packed["frames"].shape == (48, 86, 3)
