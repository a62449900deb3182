"""Bodies built on the skeletons, and their clothes."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.minisynloc.figures import BALL_RADIUS_M, Figure, build_ball, build_figure
from mmsynloc.minisynloc.kits import sample_kits, sample_look
from mmsynloc.minisynloc.poses import Pose


def _figure(heading: float = 0.0, height: float = 1.8) -> Figure:
    rng = np.random.default_rng(0)
    look = sample_look(rng, sample_kits(rng)["home"])
    return build_figure(np.array([3.0, -7.0]), heading, Pose(), height, look)


def test_build_figure__pelvis_stands_over_its_position() -> None:
    figure = _figure()
    np.testing.assert_allclose(figure.pelvis_m[:2], [3, -7])
    assert 0.8 < figure.pelvis_m[2] < 1.0


@pytest.mark.parametrize("height", [1.65, 2.0])
def test_build_figure__is_as_tall_as_asked(height: float) -> None:
    figure = _figure(height=height)
    tops = [p.centres_m[:, 2].max() + p.radii_m.max() for p in figure.parts]
    lows = [(p.centres_m[:, 2] - p.radii_m).min() for p in figure.parts]
    assert max(tops) == pytest.approx(height, abs=0.08)  # hair, and the knees' bend
    assert min(lows) == pytest.approx(0, abs=0.03)  # the girth scales the soles too


def test_build_figure__heading_turns_the_body() -> None:
    ahead, left = _figure(0.0), _figure(np.pi / 2)
    offset = ahead.centres_m - ahead.pelvis_m
    turned = np.stack([-offset[:, 1], offset[:, 0], offset[:, 2]], 1)
    np.testing.assert_allclose(left.centres_m - left.pelvis_m, turned, atol=1e-12)


def test_build_figure__the_number_is_on_the_back() -> None:
    prints = [part for part in _figure(0.0).parts if part.normal is not None]
    assert prints
    for part in prints:
        np.testing.assert_allclose(part.normal, [-1, 0, 0], atol=1e-9)
        assert part.centres_m[:, 0].mean() < 3.0


def test_build_ball__is_one_white_part() -> None:
    ball = build_ball(np.array([1.0, 2.0, 0.11]))
    assert ball.centres_m.tolist() == [[1.0, 2.0, 0.11]]
    assert ball.parts[0].radii_m.tolist() == [BALL_RADIUS_M]


def test_sample_kits__teams_keepers_and_referee_differ() -> None:
    for seed in range(50):
        kits = sample_kits(np.random.default_rng(seed))
        home, away = np.array(kits["home"].shirt), np.array(kits["away"].shirt)
        assert np.abs(home - away).max() > 0.3
        for other in ("keeper_home", "keeper_away", "referee"):
            for team in (home, away):
                assert np.abs(np.array(kits[other].shirt) - team).max() > 0.15
