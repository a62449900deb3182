"""The markings against the Laws of the Game."""

from __future__ import annotations

import numpy as np
import torch

from mmsynloc.structures.pitch_markings import goal_frames, near_pitch, pitch_markings


def test_pitch_markings__extent_and_mirror():
    markings = pitch_markings()
    positive, negative = np.concatenate(markings.positive), np.concatenate(markings.negative)
    np.testing.assert_allclose([positive.min(0), positive.max(0)], [[-34, 0], [34, 52.5]])
    np.testing.assert_array_equal(negative, positive * [1, -1])
    np.testing.assert_allclose(markings.spots, [[0, 0], [0, -41.5], [0, 41.5]])


def test_pitch_markings__arcs():
    markings = pitch_markings()
    np.testing.assert_allclose(np.linalg.norm(markings.middle[1], axis=1), 9.15)
    arc = markings.positive[3]  # outside the penalty area, 9.15 m from the spot
    np.testing.assert_allclose(np.linalg.norm(arc - [0, 41.5], axis=1), 9.15)
    np.testing.assert_allclose(arc[[0, -1], 1], 52.5 - 16.5)
    assert (arc[1:-1, 1] < 36).all()
    for corner in markings.positive[4:]:
        assert (np.abs(corner) <= [34, 52.5]).all()


def test_pitch_markings__another_size_and_step():
    markings = pitch_markings(100, 60, 0.5)
    assert np.concatenate(markings.positive).max(0).tolist() == [30, 50]
    steps = [np.linalg.norm(np.diff(line, axis=0), axis=1).max() for line in markings.positive + markings.middle]
    assert max(steps) <= 0.5 + 1e-9
    np.testing.assert_allclose(
        goal_frames(100)[1], [[-3.66, 50, 0], [-3.66, 50, 2.44], [3.66, 50, 2.44], [3.66, 50, 0]]
    )


def test_near_pitch__arrays_and_tensors():
    points = np.array([[0, 0], [-41, 59.5], [41.1, 0], [0, -59.6], [np.nan, 0]])
    np.testing.assert_array_equal(near_pitch(points, 7), [True, True, False, False, False])
    np.testing.assert_array_equal(near_pitch(torch.from_numpy(points)[None], 7).numpy(), [[1, 1, 0, 0, 0]])
    assert near_pitch(np.zeros((0, 2)), 7).shape == (0,)
