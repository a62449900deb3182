"""Parameters, venues and tasks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmsynloc.datasets.preparation.layout import SPLITS
from mmsynloc.minisynloc.plan import Parameters, make_tasks, venue_counts
from mmsynloc.minisynloc.randomisation import Randomisation, typical_values
from mmsynloc.utils import UserError


def _parameters(counts=(30, 10, 7, 3), venues=(12, 12, 4, 4), seed=0, size=(1920, 1080)) -> Parameters:
    return Parameters(counts, venues, seed, size)


@pytest.mark.parametrize("workers", [1, 2, 16])
def test_make_tasks__every_image_once_and_at_the_same_venue(workers: int) -> None:
    venues = {}
    for task in make_tasks(_parameters(), workers):
        for image_id in task.image_ids:
            assert (task.split, image_id) not in venues
            venues[task.split, image_id] = task.venue_seed
    assert set(venues) == {(s, i) for s, n in zip(SPLITS, (30, 10, 7, 3)) for i in range(n)}
    for task in make_tasks(_parameters(), 1):
        assert all(venues[task.split, i] == task.venue_seed for i in task.image_ids)


def test_make_tasks__no_images_no_tasks() -> None:
    assert make_tasks(_parameters(counts=(0, 0, 0, 0)), 2) == []


def test_make_tasks__val_shares_venues_with_train_and_the_others_do_not() -> None:
    seeds = {split: set() for split in SPLITS}
    for task in make_tasks(_parameters(counts=(200, 60, 60, 60)), 2):
        seeds[task.split].add(task.venue_seed)
    assert len(seeds["train"]) == 12
    assert seeds["val"] <= seeds["train"]
    assert not seeds["train"] & (seeds["test"] | seeds["challenge"])
    assert not seeds["test"] & seeds["challenge"]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [((100, 100, 100, 100), [12, 12, 4, 4]), ((4, 100, 1, 0), [2, 2, 1, 0]), ((0, 4, 0, 0), [0, 2, 0, 0])],
)
def test_venue_counts__two_images_a_venue(counts: tuple, expected: list[int]) -> None:
    assert venue_counts(_parameters(counts)) == expected


@pytest.mark.parametrize("size", [(3840, 2160), (1920, 1080), (1280, 720), (960, 540), (640, 360), (320, 180)])
def test_parameters_check__accepts_sizes_that_divide_the_grid(size: tuple[int, int]) -> None:
    _parameters(size=size).check()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"counts": (1, -1, 0, 0)}, "val: the number of images is negative: -1"),
        ({"venues": (1, 1, 0, 1)}, "test: the number of venues is not positive: 0"),
        ({"seed": -3}, "the seed is negative: -3"),
        ({"size": (1000, 1000)}, "image size 1000x1000"),
        ({"size": (0, 0)}, "image size 0x0"),
        ({"size": (1366, 768)}, "image size 1366x768"),
        ({"size": (15360, 8640)}, "image size 15360x8640"),
    ],
)
def test_parameters_check__says_what_is_wrong(change: dict, message: str) -> None:
    with pytest.raises(UserError, match=message):
        _parameters(**change).check()


def test_parameters__randomisation_keeps_whole_groups_at_their_typical_values() -> None:
    rng = np.random.default_rng(0)
    drawn = replace(_parameters(), typical=("sensor", "poses")).randomisation
    assert drawn.strength == 1.0
    assert drawn.fixed == typical_values("sensor", "poses")
    assert drawn.fixed["pose"] == "stand"
    assert {drawn.number(rng, "noise") for _ in range(5)} == {1.5}
    assert len({drawn.number(rng, "haze") for _ in range(5)}) == 5
    assert _parameters().randomisation == Randomisation()
