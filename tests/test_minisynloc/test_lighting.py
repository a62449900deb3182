"""Light on figures and their shadows."""

from __future__ import annotations

import numpy as np

from mmsynloc.minisynloc.figures import build_sphere
from mmsynloc.minisynloc.lighting import contact_mask, figure_light, shadow_mask
from mmsynloc.minisynloc.randomisation import Randomisation
from mmsynloc.minisynloc.venue import Lamp, sample_venue

UP, DOWN = np.array([[0.0, 0, 1]]), np.array([[0.0, 0, -1]])
WHITE = np.ones((1, 3))


def test_figure_light__overcast_is_brighter_from_above_and_the_sun_adds_to_its_side() -> None:
    dull = sample_venue((0, 4, 0), Randomisation(0.0, {"weather": "overcast", "haze": 0.0}))
    light = figure_light(dull, np.zeros(3), 1.0)
    assert (light.shade(WHITE, UP) > 1.2 * light.shade(WHITE, DOWN)).all()
    sunny = sample_venue((0, 4, 0), Randomisation(0.0, {"weather": "sun", "stand_shadow": "no", "haze": 0.0}))
    light, lamp = figure_light(sunny, np.zeros(3), 1.0), np.array(sunny.lamps[0].direction)
    level = np.array([[lamp[0], lamp[1], 0]]) / np.hypot(*lamp[:2])
    assert (light.shade(WHITE, level) > 1.2 * light.shade(WHITE, -level)).all()


def test_figure_light__haze_brings_black_and_white_together() -> None:
    clear, hazy = (sample_venue((0, 4, 0), Randomisation(0.0, {"haze": haze})) for haze in (0.0, 0.2))
    spread = []
    for venue in (clear, hazy):
        light = figure_light(venue, np.zeros(3), 1.0)
        spread.append((light.shade(WHITE, UP) - light.shade(0 * WHITE, UP)).mean())
    assert spread[1] < 0.95 * spread[0]


def test_shadow_mask__nobody_throws_none_and_a_ball_throws_one() -> None:
    venue = sample_venue((0, 4, 0), Randomisation(0.0, {"weather": "sun", "stand_shadow": "no"}))
    camera, lamp = venue.camera.resized((1920, 1080)), Lamp((0.6, 0.0, 0.8), 0.5)
    assert not shadow_mask((), venue, lamp, camera).any()
    assert not contact_mask((), camera).any()
    ball = build_sphere(np.array([0.0, 0.0, 1.0]), 1.0, (1, 1, 1))
    assert 0.5 < shadow_mask((ball,), venue, lamp, camera).max() <= 1
    assert contact_mask((ball,), camera).any()
