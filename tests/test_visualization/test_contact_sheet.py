"""The sheet of training samples."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.visualization import draw_contact_sheet


def _sample(count: int, num_keypoints: int = 2, size=(96, 64)) -> dict:
    boxes = np.tile([10.0, 10, 14, 22], (count, 1))
    points = np.zeros((count, num_keypoints, 2)) + np.arange(num_keypoints)[:, None]
    image = np.zeros((size[1], size[0], 3), np.uint8)
    visible = np.ones((count, num_keypoints))
    return dict(img=image, img_path="a/1.jpg", bbox=boxes, keypoints=points, keypoints_visible=visible)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_draw_contact_sheet__few_samples(count):
    figure = draw_contact_sheet([_sample(0), _sample(3)][:count], "title")
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == ["1.jpg: 0 athletes", "1.jpg: 3 athletes, median 12 px tall"][:count]


def test_draw_contact_sheet__names_what_it_draws():
    names = lambda sample: [text.get_text() for text in draw_contact_sheet([sample]).legends[0].texts]  # noqa: E731
    assert names(_sample(1)) == ["box", "pelvis", "pelvis_ground"]
    assert names(_sample(1, 4)) == ["box", "pelvis", "pelvis_ground", "1 m across and along the pitch"]
    only_boxes = {name: _sample(1)[name] for name in ("img", "img_path", "bbox")}
    assert names(only_boxes) == ["box"]


def test_draw_contact_sheet__invisible_keypoints_are_left_out():
    sample = _sample(2)
    sample["keypoints_visible"][0, 1] = 0
    axes = draw_contact_sheet([sample]).axes[0]
    assert [len(c.get_offsets()) for c in axes.collections[-2:]] == [2, 1]
