"""Picking rows of batched tensors, and bringing small tensors to a device."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["take_rows", "to_device"]


def take_rows(values: Tensor, index: Tensor) -> Tensor:
    """The rows of each image that an index names.

    The columns of the result lie one after another in memory, so that what is computed of them is read in one piece.

    Args:
        values: (B, M, F).
        index: (B, S) 0 to M - 1.

    Returns:
        (B, S, F).
    """
    columns = values.transpose(1, 2)
    return columns.gather(2, index[:, None].expand(-1, columns.shape[1], -1)).transpose(1, 2)


def to_device(values: Tensor, device: torch.device) -> Tensor:
    """A tensor on ``device``, copied to a GPU without making the host wait."""
    if device.type == "cuda" and values.device.type == "cpu":
        values = values.pin_memory()
    return values.to(device, non_blocking=True)
