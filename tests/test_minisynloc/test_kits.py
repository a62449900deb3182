"""Kits and looks."""

from __future__ import annotations

import numpy as np

from mmsynloc.minisynloc.kits import sample_kits, sample_look
from mmsynloc.minisynloc.randomisation import FULL, Randomisation


def test_sample_kits__teams_keepers_and_referee_differ() -> None:
    for seed in range(50):
        kits = sample_kits(np.random.default_rng(seed), FULL)
        home, away = np.array(kits["home"].shirt), np.array(kits["away"].shirt)
        assert np.abs(home - away).max() > 0.15
        for other in ("keeper_home", "keeper_away", "referee"):
            for team in (home, away):
                assert np.abs(np.array(kits[other].shirt) - team).max() > 0.1


def test_sample_kits__one_colour_goes_from_head_to_foot() -> None:
    kits = sample_kits(np.random.default_rng(0), Randomisation(fixed={"kit_one_colour": "yes"}))
    for kit in (kits["home"], kits["away"]):
        assert kit.shirt == kit.sleeve == kit.shorts == kit.socks


def test_sample_look__fixed_axes_are_kept() -> None:
    rng = np.random.default_rng(0)
    randomisation = Randomisation(fixed={"hair": "bald", "kit_bib": "yes", "sleeves": "long"})
    look = sample_look(rng, sample_kits(rng, FULL)["home"], randomisation)
    assert look.hair is None
    assert look.bib is not None
    assert look.long_sleeves
