"""Which priors are to find which athletes."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

__all__ = ["Assignment"]


class Assignment(NamedTuple):
    """k slots for the positive priors of each athlete; which are in use says the weight.

    - B: batch size; N: number of athletes; k: largest number of priors of one

    A prior has at most one slot of weight 1. The slots of an athlete normally hold its own priors; upstream's rule for
    disputed priors may give one to a third athlete (``athlete_index``).

    Args:
        prior_index: (B, N, k) int64, 0 to M - 1.
        athlete_index: (B, N, k) int64, 0 to N - 1.
        weight: (B, N, k) float32, 1 for a positive prior and 0 for an unused slot.
        overlap: (B, N, k) in [0, 1], how well the prior predicts the athlete.
    """

    prior_index: Tensor
    athlete_index: Tensor
    weight: Tensor
    overlap: Tensor

    def flat(self) -> Assignment:
        """The same with the slots of all athletes of an image in one dimension, (B, N * k)."""
        return Assignment(*(field.flatten(1) for field in self))
