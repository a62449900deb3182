"""Lens, sensor and processing."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.minisynloc.randomisation import Drawn, Randomisation
from mmsynloc.minisynloc.sensor import develop


def _drawn(**fixed: float | str) -> Drawn:
    return Randomisation(0.0, {"noise": 0.0, "sharpening": 0.0, **fixed}).draw(np.random.default_rng(0), "sensor")


def _developed(image: np.ndarray, **fixed: float | str) -> np.ndarray:
    return develop(image, _drawn(**fixed), np.random.default_rng(1)).astype(int)


GREEN = np.tile(np.array([60, 120, 80], np.uint8), (40, 60, 1))


@pytest.mark.parametrize("brightness", [0.2, 1.0, 2.0])
def test_develop__exposure_control_brings_dark_and_bright_scenes_together(brightness: float) -> None:
    image = np.clip(GREEN * brightness, 0, 255).astype(np.uint8)
    assert _developed(image).mean() == pytest.approx(94, rel=0.3)  # 0.37 of 255, reached to four fifths in stops


def test_develop__axes_do_what_they_say() -> None:
    plain = _developed(GREEN)
    assert _developed(GREEN, exposure=1.3).mean() > 1.2 * plain.mean()
    assert _developed(GREEN, gamma=1.4).mean() < plain.mean() < _developed(GREEN, gamma=0.7).mean()
    grey = _developed(GREEN, saturation=0.0)
    assert np.ptp(grey, axis=2).max() <= 1
    warm = _developed(GREEN, warmth=0.12)
    assert warm[..., 2].mean() > plain[..., 2].mean()
    assert warm[..., 0].mean() < plain[..., 0].mean()
    assert _developed(GREEN, noise=4.0).std(axis=(0, 1)).min() > 2


def test_develop__sharpening_puts_halos_around_edges() -> None:
    image = np.tile(GREEN[:8, :1], (1, 1920, 1))  # the halo's width is in pixels of Full HD
    image[:, 960:] = 200
    plain, sharp = (_developed(image, sharpening=value) for value in (0.0, 1.2))
    assert sharp.max() > plain.max()
    assert sharp.min() < plain.min()
