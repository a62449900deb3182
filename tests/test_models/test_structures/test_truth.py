"""The athletes of a batch as one table."""

from __future__ import annotations

import pytest
import torch
from mmengine.structures import PixelData

from mmsynloc.models.structures import pad_truth
from tests.test_models.inputs import crowd


def test_pad_truth__nobody():
    truth = pad_truth([crowd(0), crowd(0)], 2, "cpu")
    assert truth.mask.tolist() == [[False], [False]]
    assert truth.labels.keypoints_px.shape == (2, 1, 2, 2)
    assert not truth.table.any()


@pytest.mark.parametrize("counts", [[1], [3, 0, 5], [0, 300]], ids=str)
def test_pad_truth__every_label_in_its_place(counts):
    samples = [crowd(count) for count in counts]
    samples[-1].gt_instance_labels.keypoints_visible_weights = torch.rand(counts[-1], 2)
    truth = pad_truth(samples, 2, "cpu", needs_metric=True)
    assert truth.mask.sum(1).tolist() == counts
    assert truth.mask.shape[1] == max(counts)
    for i, sample in enumerate(samples):
        labels = sample.gt_instance_labels
        for name, expected in (
            ("boxes_xyxy", labels.bboxes),
            ("keypoints_px", labels.keypoints),
            ("visible", labels.keypoints_visible),
            ("areas", labels.areas),
            ("pixel_to_metre", labels.pixel_to_metre),
        ):
            assert torch.equal(getattr(truth.labels, name)[i, : counts[i]], expected)
            assert not getattr(truth.labels, name)[i, counts[i] :].any()


def test_pad_truth__weights_where_all_have_them():
    samples = [crowd(2), crowd(3)]
    assert pad_truth(samples, 2, "cpu").labels.visible_weights[0, :2].eq(1).all()
    for sample in samples:
        count = len(sample.gt_instance_labels)
        sample.gt_instance_labels.keypoints_visible_weights = torch.full((count, 2), 0.25)
    assert pad_truth(samples, 2, "cpu").labels.visible_weights[0, :2].eq(0.25).all()


def test_pad_truth__metric_that_is_none():
    sample = crowd(4)
    sample.gt_instance_labels.pixel_to_metre[:3] = torch.tensor([float("nan"), float("inf"), 0.0])[:, None, None]
    labels = pad_truth([sample], 2, "cpu").labels
    assert labels.has_metric.tolist() == [[False, False, False, True]]
    assert not labels.pixel_to_metre[0, :3].any()


def test_pad_truth__without_metric():
    samples = [crowd(2, with_metric=False), crowd(0, with_metric=False)]
    assert not pad_truth(samples, 2, "cpu").labels.has_metric.any()
    with pytest.raises(ValueError, match="with_ground_metric=True"):
        pad_truth(samples, 2, "cpu", needs_metric=True)
    pad_truth(samples[1:], 2, "cpu", needs_metric=True)  # nobody misses it


def test_pad_truth__masks_of_ignored_regions_are_refused():
    sample = crowd(2)
    sample.gt_fields = PixelData(heatmap_mask=torch.ones(1, 4, 4))
    with pytest.raises(ValueError, match="heatmap_mask"):
        pad_truth([sample], 2, "cpu")


def test_of__labels_of_slots():
    truth = pad_truth([crowd(3), crowd(2)], 2, "cpu")
    index = torch.tensor([[2, 0, 2, 1], [1, 1, 0, 0]])
    for picked, field in zip(truth.of(index), truth.labels):
        assert torch.equal(picked, torch.stack([field[i, row] for i, row in enumerate(index)]))
