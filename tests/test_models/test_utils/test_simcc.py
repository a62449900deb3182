"""Coordinates as classes."""

from __future__ import annotations

import torch

from mmsynloc.models.utils import decode_simcc, encode_simcc


def test_encode__empty_input():
    assert encode_simcc(torch.zeros(0, 2), torch.arange(9.0), 1.0).shape == (0, 2, 9)


def test_encode__sums_to_one_and_is_symmetric():
    target = encode_simcc(torch.tensor([4.0]), torch.arange(9.0), 1.0)
    torch.testing.assert_close(target.sum(-1), torch.ones(1))
    torch.testing.assert_close(target, target.flip(-1))
    # neighbours of a Gaussian of width 1: exp(-1/2)
    torch.testing.assert_close(target[0, 5] / target[0, 4], torch.tensor(0.6065306597))


def test_decode__empty_input():
    assert decode_simcc(torch.zeros(0, 2, 9), 4).shape == (0, 2)


def test_decode__perfect_target():
    coordinates = torch.linspace(4, 36, 321)
    decoded = decode_simcc(encode_simcc(coordinates, torch.arange(41.0), 1.0).log(), 4)
    # 0.0003 bins: what of a Gaussian lies beyond 4 sigma and half a bin; a bin is 2 px on the lowest level
    torch.testing.assert_close(decoded, coordinates, atol=5e-4, rtol=0)


def test_decode__second_peak_does_not_pull():
    logits = torch.full((31,), -20.0)
    logits[10], logits[25] = 5.0, 4.0
    torch.testing.assert_close(decode_simcc(logits, 4), torch.tensor(10.0))


def test_decode__peak_at_the_edge():
    logits = torch.zeros(9)
    logits[0] = 50.0
    torch.testing.assert_close(decode_simcc(logits, 4), torch.tensor(0.0))
