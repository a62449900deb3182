"""SoccerNet's pitch frame and ours."""

from __future__ import annotations

import numpy as np

from mmsynloc.structures import pitch_to_soccernet, soccernet_to_pitch


def test_soccernet_to_pitch__empty_input():
    assert soccernet_to_pitch(np.zeros((0, 2))).shape == (0, 2)


def test_soccernet_to_pitch__axes():
    # the right corner nearest to the main camera, 2 m up
    np.testing.assert_array_equal(soccernet_to_pitch([[52.5, 34.0, -2.0]]), [[34.0, 52.5, 2.0]])
    np.testing.assert_array_equal(soccernet_to_pitch([52.5, -34.0]), [-34.0, 52.5])


def test_soccernet_to_pitch__is_a_rotation_and_comes_back():
    axes = soccernet_to_pitch(np.eye(3))
    np.testing.assert_allclose(np.cross(axes[0], axes[1]), axes[2])
    points = np.random.default_rng(0).normal(size=(5, 4, 3))
    np.testing.assert_allclose(pitch_to_soccernet(soccernet_to_pitch(points)), points)
