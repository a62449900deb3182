from __future__ import annotations

import numpy as np
import pytest
import torch

from mmsynloc.evaluation.metrics.gather import gather_predictions
from mmsynloc.utils import UserError


def test_gather_predictions__empty():
    for instances in (
        {"keypoints": np.zeros((0, 2, 2)), "keypoint_scores": np.zeros((0, 2)), "bbox_scores": np.zeros(0)},
        {"keypoints": np.zeros(0), "bbox_scores": np.zeros(0), "bboxes": np.zeros(0)},
        {"scores": torch.zeros(0), "bboxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64)},
    ):
        found = gather_predictions({"img_id": 3, "pred_instances": instances})
        assert len(found) == 0


def test_gather_predictions__of_mmpose():
    instances = {
        "keypoints": np.array([[[1, 2], [3, 4]], [[5, 6], [7.00049, 8]]], np.float32),
        "keypoint_scores": np.array([[0.1, 0.2], [0.3, 0.4]], np.float32),
        "bboxes": np.array([[0, 0, 10, 20], [1, 2, 4, 8]], np.float32),
        "bbox_scores": np.array([0.25, 0.5], np.float32),
    }
    found = gather_predictions({"img_id": np.int64(0), "pred_instances": instances})
    assert found.image_ids.tolist() == [0, 0]
    assert found.scores.tolist() == [0.5, 0.25]  # best first
    assert found.boxes_xywh.tolist() == [[1, 2, 3, 6], [0, 0, 10, 20]]
    assert found.keypoints[0].tolist() == [[5, 6, 0.3], [7.0, 8, 0.4]]  # to 0.001 px
    assert found.positions_pitch_m is None


def test_gather_predictions__of_mmdetection_keeps_people():
    instances = {
        "bboxes": torch.tensor([[0.0, 0, 1, 1], [0, 0, 2, 2], [0, 0, 3, 3]]),
        "scores": torch.tensor([0.2, 0.9, 0.4]),
        "labels": torch.tensor([0, 5, 0]),
    }
    found = gather_predictions({"img_id": 1, "pred_instances": instances})
    assert found.boxes_xywh[:, 2].tolist() == [3, 1]
    assert found.keypoints is None


def test_gather_predictions__of_positions():
    instances = {"position_on_pitch": np.array([[1.0, 2, 0]]), "scores": np.array([0.5])}
    found = gather_predictions({"img_id": 1, "pred_instances": instances})
    assert found.positions_pitch_m.tolist() == [[1, 2]]


def test_gather_predictions__keeps_the_100_best_with_ties_in_order():
    scores = np.r_[np.full(60, 0.5), np.full(60, 0.6)]
    instances = {"bbox_scores": scores, "bboxes": np.c_[np.arange(120), np.zeros((120, 3))]}
    found = gather_predictions({"img_id": 1, "pred_instances": instances})
    assert found.boxes_xywh[:, 0].tolist() == [*range(60, 120), *range(40)]


def test_gather_predictions__scaled_from_the_file_to_the_annotation():
    instances = {
        "keypoints": np.array([[[0.0, 0.0], [959.5, 539.5]]]),
        "keypoint_scores": np.ones((1, 2)),
        "bboxes": np.array([[-0.5, -0.5, 959.5, 539.5]]),
        "bbox_scores": np.ones(1),
    }
    sample = {"img_id": 2, "ori_shape": (1080, 1920), "pred_instances": instances}
    found = gather_predictions(sample, image_sizes={2: (3840.0, 2160.0)})
    # pixel centres are integers: the frame's corner is -0.5 at every size, its centre (w - 1) / 2
    assert found.keypoints[0, :, :2].tolist() == [[0.5, 0.5], [1919.5, 1079.5]]
    assert found.boxes_xywh.tolist() == [[-0.5, -0.5, 1920, 1080]]


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        ({"pred_instances": {}}, "no img_id"),
        ({"img_id": 1}, "no pred_instances"),
        ({"img_id": 1, "pred_instances": {"bboxes": np.zeros((1, 4))}}, "neither bbox_scores nor scores"),
    ],
)
def test_gather_predictions__says_what_is_missing(sample, message):
    with pytest.raises(UserError, match=message):
        gather_predictions(sample)


def test_gather_predictions__image_of_another_annotation_file():
    sample = {"img_id": 1, "ori_shape": (2, 2), "pred_instances": {"scores": np.ones(1), "bboxes": np.ones((1, 4))}}
    with pytest.raises(UserError, match="image 1 is not in the annotation file"):
        gather_predictions(sample, image_sizes={2: (3840.0, 2160.0)})


def test_gather_predictions__boxes_that_count_from_the_corner():
    # The whole image of a file of half the annotated size
    instances = {"bboxes": np.array([[0.0, 0, 1920, 1080]]), "scores": np.ones(1)}
    sample = {"img_id": 1, "ori_shape": (1080, 1920), "pred_instances": instances}
    found = gather_predictions(sample, pixel_corners=True)
    assert found.boxes_xywh.tolist() == [[-0.5, -0.5, 1920, 1080]]
    found = gather_predictions(sample, image_sizes={1: (3840.0, 2160.0)}, pixel_corners=True)
    assert found.boxes_xywh.tolist() == [[-0.5, -0.5, 3840, 2160]]


def test_gather_predictions__keypoints_3d_best_first():
    points = np.arange(2 * 25 * 3).reshape(2, 25, 3) + 0.00004
    instances = {"bbox_scores": np.array([0.25, 0.5]), "keypoints_3d": torch.from_numpy(points)}
    found = gather_predictions({"img_id": 1, "pred_instances": instances})
    assert found.keypoints_3d_m.shape == (2, 25, 3)
    assert found.keypoints_3d_m[0, 0].tolist() == [75, 76, 77]
    assert gather_predictions({"img_id": 1, "pred_instances": {"scores": np.ones(1)}}).keypoints_3d_m is None
