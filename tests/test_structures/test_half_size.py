"""Pixels of a half-size copy."""

from __future__ import annotations

import numpy as np

from mmsynloc.structures.half_size import lie_in_upper_left_quarter

SIZE = np.array([3840, 2160])


def test_lie_in_upper_left_quarter__nothing():
    assert not lie_in_upper_left_quarter(np.zeros((0, 2)), np.zeros((0, 2)), at_least=1)


def test_lie_in_upper_left_quarter__few_points_say_nothing():
    points = np.full((20, 2), 100.0)
    assert lie_in_upper_left_quarter(points, SIZE, at_least=20)
    assert not lie_in_upper_left_quarter(points, SIZE, at_least=21)


def test_lie_in_upper_left_quarter__one_of_a_hundred_may_lie_elsewhere():
    points = np.full((100, 2), 100.0)
    points[0] = 1921, 100
    assert lie_in_upper_left_quarter(points, SIZE, at_least=20)
    points[1] = 100, 1081
    assert not lie_in_upper_left_quarter(points, SIZE, at_least=20)


def test_lie_in_upper_left_quarter__each_image_by_its_own_size():
    points = np.full((20, 2), 900.0)
    sizes = np.tile(SIZE, (20, 1))
    assert lie_in_upper_left_quarter(points, sizes, at_least=20)
    sizes[10:] = 1280, 720
    assert not lie_in_upper_left_quarter(points, sizes, at_least=20)
