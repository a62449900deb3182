"""Random numbers by a key."""

from __future__ import annotations

import random

import numpy as np
import torch

from mmsynloc.utils.random_numbers import own_random_numbers, seed_generators


def _draw() -> tuple:
    return random.random(), np.random.rand(), torch.rand(1).item()


def test_own_random_numbers__follow_from_the_key_alone():
    drawn = []
    for key in [(1, 2, 3), (1, 2, 4), (1, 2, 3), (1, 2)]:
        with own_random_numbers(*key):
            drawn.append(_draw())
        _draw()
    assert drawn[0] == drawn[2]
    for numbers in zip(drawn[0], drawn[1], drawn[3]):
        assert len(set(numbers)) == 3


def test_own_random_numbers__leave_the_others_as_they_are():
    seed_generators(7)
    expected = [_draw(), _draw()]
    seed_generators(7)
    first = _draw()
    with own_random_numbers(1):
        _draw()
    assert [first, _draw()] == expected
