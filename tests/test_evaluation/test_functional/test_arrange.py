from __future__ import annotations

import numpy as np

from mmsynloc.evaluation.functional.arrange import MAX_DETECTIONS, arrange


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def test_arrange__empty():
    arrangement = arrange(3, ints(), np.zeros(0), np.zeros(0), ints(), np.zeros(0))
    assert arrangement.det_row.shape == arrangement.gt_row.shape == (0,)
    assert arrangement.gt_count.tolist() == [0, 0, 0]


def test_arrange__by_image_then_score_with_ties_in_file_order():
    scores = np.array([0.5, 0.9, 0.5, 0.7, 0.5])
    arrangement = arrange(2, ints(1, 0, 0, 1, 0), scores, np.arange(5.0), ints(1, 0, 1), np.arange(3.0))
    assert arrangement.det_row.tolist() == [1, 2, 4, 3, 0]
    assert arrangement.det_rank.tolist() == [0, 1, 2, 0, 1]
    assert arrangement.det_area.tolist() == [1, 2, 4, 3, 0]
    assert arrangement.gt_row.tolist() == [1, 0, 2]
    assert (arrangement.gt_first.tolist(), arrangement.gt_count.tolist()) == ([0, 1], [1, 2])


def test_arrange__stops_after_100_detections_of_an_image():
    image = np.zeros(MAX_DETECTIONS + 5, np.int64)
    scores = np.linspace(0, 1, len(image))
    arrangement = arrange(1, image, scores, scores, ints(), np.zeros(0))
    assert len(arrangement.det_row) == MAX_DETECTIONS
    assert arrangement.det_score.min() == scores[5]


def test_arrange__leaves_out_other_images_and_those_marked_so():
    arrangement = arrange(3, ints(0, -1, 2, 1), np.ones(4), np.ones(4), ints(2, 0, 1), np.ones(3), images=[2, 1])
    assert arrangement.det_row.tolist() == [3, 2]
    assert arrangement.gt_row.tolist() == [2, 0]
