"""Colour jitter: upstream's pixels."""

from __future__ import annotations

import numpy as np
import pytest
from mmpose.datasets.transforms import YOLOXHSVRandomAug

from mmsynloc.datasets.transforms import SynLocHSVRandomAug


def _image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (64, 80, 3), dtype=np.uint8)


def _fix_gains(monkeypatch, gains) -> None:
    monkeypatch.setattr(np.random, "uniform", lambda low, high, count: np.array(gains) / [5, 30, 30])
    monkeypatch.setattr(np.random, "randint", lambda low, high, count: np.ones(count, int))


@pytest.mark.parametrize("gains", [(4, 0, 0), (-5, 0, 0), (0, 30, 0), (0, -30, -30), (3, -12, 25), (-1, 29, -29)])
def test_hsv__same_pixels_as_upstream(monkeypatch, gains):
    _fix_gains(monkeypatch, gains)
    expected = YOLOXHSVRandomAug()({"img": _image()})["img"]
    np.testing.assert_array_equal(SynLocHSVRandomAug()({"img": _image()})["img"], expected)


def test_hsv__no_gain_changes_nothing(monkeypatch):
    _fix_gains(monkeypatch, (0, 0, 0))
    np.testing.assert_array_equal(SynLocHSVRandomAug()({"img": _image()})["img"], _image())
