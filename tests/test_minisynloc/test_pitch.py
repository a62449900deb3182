"""Lines, grass and noise of the playing surface."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.minisynloc.pitch import grass_colour, line_coverage, noise_texture, sample_texture
from mmsynloc.minisynloc.venue import Venue


def _patch(x: float, y: float, step: float = 0.02, size: int = 9) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of ``step`` metres around a ground point."""
    offset = (np.arange(size) - size // 2) * step
    dx, dy = np.meshgrid(offset, offset)
    return x + dx, y + dy


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (34.0, 10.0),  # touch line
        (20.0, -52.5),  # goal line
        (-15.0, 0.0),  # halfway line
        (0.0, 9.15),  # centre circle
        (20.16, 45.0),  # side of the penalty area
        (3.0, 36.0),  # its front
        (-9.16, -50.0),  # side of the goal area
        (1.0, 47.0),  # its front
        (0.0, 41.5),  # penalty spot
        (0.0, -32.35),  # penalty arc
        (33.0, 52.5 - 1e-3),  # end of the corner arc
    ],
)
def test_line_coverage__is_full_on_lines(x: float, y: float) -> None:
    assert line_coverage(*_patch(x, y))[4, 4] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (10.0, 20.0),  # open play
        (36.0, 0.0),  # the halfway line ends at the touch line
        (34.0, 54.0),  # and that at the goal line
        (0.0, 50.7),  # the circle around the penalty spot counts outside the penalty area only
        (25.0, 36.0),  # beside the penalty area
    ],
)
def test_line_coverage__is_empty_elsewhere(x: float, y: float) -> None:
    assert line_coverage(*_patch(x, y)).max() == 0


def test_line_coverage__pixels_wider_than_a_line_take_its_share() -> None:
    cover = line_coverage(*_patch(34.0, 10.0, step=0.6))  # 0.12 m of 0.60 m
    assert cover[4, 4] == pytest.approx(0.2, abs=1e-6)
    assert cover[4, 2] == 0


def test_noise_texture__is_seamless_and_normalised() -> None:
    tile = noise_texture(np.random.default_rng(0), 128, 3)
    assert tile.shape == (128, 128)
    assert tile.mean() == pytest.approx(0, abs=1e-4)
    assert tile.std() == pytest.approx(1, abs=1e-4)
    seam, inside = np.abs(tile[0] - tile[-1]).mean(), np.abs(np.diff(tile, axis=0)).mean()
    assert seam < 2 * inside


def test_sample_texture__wraps_around() -> None:
    texture = np.arange(12, dtype=np.float32).reshape(3, 4)
    at = sample_texture(texture, np.array([[1.0, 5.0, -3.0, 3.5]]), np.array([[2.0, -1.0, 5.0, 0.0]]))
    np.testing.assert_allclose(at, [[9, 9, 9, 1.5]])  # the last one halfway between columns 3 and 0


def test_grass_colour__is_green_and_in_range(venue: Venue) -> None:
    rng = np.random.default_rng(0)
    noises = noise_texture(rng, 128, 3), noise_texture(rng, 128, 3)
    colour = grass_colour(*_patch(0, 20, step=0.5, size=40), venue, *noises)
    assert colour.shape == (40, 40, 3)
    assert colour.min() >= 0
    blue, green, red = colour.mean((0, 1))
    assert green > red
    assert green > blue
