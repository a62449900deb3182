"""The ground beside the pitch."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.minisynloc.ground import ground_colour
from mmsynloc.minisynloc.pitch import noise_texture
from mmsynloc.minisynloc.randomisation import AXES, Randomisation
from mmsynloc.minisynloc.venue import sample_venue


def _colour(x: float, y: float, **fixed: float | str) -> np.ndarray:
    """The mean colour (3,) of 0.1 m around a ground point."""
    venue = sample_venue((0, 4, 0), Randomisation(0.0, fixed))
    rng = np.random.default_rng(0)
    noises = noise_texture(rng, 128, 3), noise_texture(rng, 128, 3)
    offset = (np.arange(11) - 5) * 0.01
    dx, dy = np.meshgrid(offset, offset)
    return ground_colour(x + dx, y + dy, venue, *noises).mean((0, 1))


def test_ground_colour__dashes_and_gaps_follow_each_other() -> None:
    dashes = {"technical_area": "dashes", "dash_width_m": 0.3, "dash_length_m": 1.0, "margin_m": 6.0}
    row = np.array([_colour(-35.0, y, **dashes).min() for y in np.arange(6.0, 18.0, 0.25)])
    bright = row > 0.6
    assert 0.3 < bright.mean() < 0.7
    assert np.abs(np.diff(bright.astype(int))).sum() >= 8  # 12 m hold 6 dashes of 1 m
    none = [_colour(-35.0, y, technical_area="none").min() for y in np.arange(6.0, 18.0, 0.25)]
    assert max(none) < 0.5


@pytest.mark.parametrize("kind", AXES["surroundings"]["verge"].weights)
def test_ground_colour__the_verge_begins_beside_the_pitch(kind: str) -> None:
    inside, beside = (_colour(x, 30.0, verge=kind, margin_m=9.0) for x in (-25.0, -40.0))
    assert np.isfinite(beside).all()
    if kind == "snow":
        assert beside.min() > 0.6 > inside.min()


def test_ground_colour__behind_the_boards_is_floor() -> None:
    floor = _colour(-48.0, 10.0, margin_m=6.0)
    assert np.ptp(floor) < 0.02  # grey
