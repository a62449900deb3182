"""Random numbers that depend on a key alone, whatever has been drawn before."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

__all__ = ["own_random_numbers", "seed_generators"]


def seed_generators(*key: int) -> None:
    """Seed the global generators of Python, NumPy and torch (CPU and GPU) from a key.

    Args:
        *key: whole numbers from 0 on, such as seed and step; every key gives numbers of its own.
    """
    words = _seed_on_cpu(key)
    if torch.cuda.is_available():
        torch.cuda.manual_seed_all(int(words[3]))


@contextmanager
def own_random_numbers(*key: int) -> Iterator[None]:
    """Draw from the global generators on the CPU as the key says, and leave them afterwards as they were.

    Args:
        *key: as for :func:`seed_generators`.
    """
    states = random.getstate(), np.random.get_state(), torch.default_generator.get_state()
    _seed_on_cpu(key)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.default_generator.set_state(states[2])


def _seed_on_cpu(key: tuple[int, ...]) -> np.ndarray:
    words = np.random.SeedSequence(key).generate_state(4, np.uint64)
    random.seed(int(words[0]))
    np.random.seed(words[1:2].view(np.uint32))
    torch.default_generator.manual_seed(int(words[2]))  # torch.manual_seed would look for GPUs each time
    return words
