"""LocSim of pixels."""

from __future__ import annotations

import torch

from mmsynloc.models.utils import ground_offset_m, locsim, usable_metric


def test_usable_metric__empty_zero_and_broken():
    assert usable_metric(torch.zeros(0, 2, 2)).shape == (0,)
    metric = torch.stack([torch.eye(2), torch.zeros(2, 2), torch.full((2, 2), float("nan"))])
    assert usable_metric(metric).tolist() == [True, False, False]


def test_ground_offset__rows_are_pitch_axes():
    # one pixel right is 0.1 m along x, one pixel down is 0.3 m along y and 0.2 m along x
    metric = torch.tensor([[0.1, 0.2], [0.0, 0.3]])
    offset = ground_offset_m(torch.tensor([12.0, 21.0]), torch.tensor([10.0, 20.0]), metric)
    torch.testing.assert_close(offset, torch.tensor([0.4, 0.3]))


def test_ground_offset__is_float32_under_autocast():
    half = torch.tensor([1000.0, 500.0], dtype=torch.bfloat16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        offset = ground_offset_m(half, torch.tensor([1000.3, 500.0]), torch.eye(2))
    assert offset.dtype == torch.float32
    torch.testing.assert_close(offset, torch.tensor([-0.3, 0.0]), atol=1e-4, rtol=0)  # 1000.3 itself is off by 3e-5


def test_locsim__by_hand():
    squared = torch.tensor([0.0, 1.0, 4.0])
    torch.testing.assert_close(locsim(squared, 1.0), torch.tensor([1.0, 0.05, 0.05**4]))
    torch.testing.assert_close(locsim(squared, 2.0)[2], torch.tensor(0.05))
