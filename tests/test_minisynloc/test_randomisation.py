"""The table of axes and how values are drawn from it."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.minisynloc.randomisation import AXES, FULL, Randomisation, Range, typical_values

RANGES = [(name, axis) for axes in AXES.values() for name, axis in axes.items() if isinstance(axis, Range)]
CHOICES = [(name, axis) for axes in AXES.values() for name, axis in axes.items() if not isinstance(axis, Range)]


def test_axes__have_distinct_names_ordered_ranges_and_reasons() -> None:
    names = [name for axes in AXES.values() for name in axes]
    assert len(names) == len(set(names))
    for _, axis in RANGES:
        assert axis.low <= axis.typical <= axis.high
        assert axis.low < axis.high
    for _, axis in CHOICES:
        assert min(axis.weights.values()) > 0
        assert len(axis.weights) > 1
    assert all(axis.reason for _, axis in RANGES + CHOICES)


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_number__stays_within_the_share_of_the_range(strength: float) -> None:
    rng = np.random.default_rng(0)
    name, axis = RANGES[0]
    values = np.array([Randomisation(strength).number(rng, name) for _ in range(300)])
    low, high = (axis.typical + strength * (end - axis.typical) for end in (axis.low, axis.high))
    assert values.min() >= low
    assert values.max() <= high
    # 300 even draws miss the outer 5 % on one side with a chance of 2e-7.
    assert values.max() - values.min() >= 0.9 * (high - low)


def test_kind__comes_as_often_as_its_weight_says() -> None:
    rng = np.random.default_rng(0)
    drawn = [FULL.kind(rng, "hair") for _ in range(2000)]
    total = sum(AXES["people"]["hair"].weights.values())
    for kind, weight in AXES["people"]["hair"].weights.items():
        assert np.mean([d == kind for d in drawn]) == pytest.approx(weight / total, abs=0.05)  # 4.5 deviations
    assert {Randomisation(0.0).kind(rng, "hair") for _ in range(50)} == {next(iter(AXES["people"]["hair"].weights))}


def test_draw__fixed_values_leave_all_others_as_they_are() -> None:
    free = FULL.draw(np.random.default_rng(3), "grass", "sensor")
    fixed = Randomisation(fixed={"noise": 4.0, "mowing": "checks"}).draw(np.random.default_rng(3), "grass", "sensor")
    assert fixed.numbers == {**free.numbers, "noise": 4.0}
    assert fixed.kinds == {**free.kinds, "mowing": "checks"}
    assert set(free.numbers) | set(free.kinds) == {*AXES["grass"], *AXES["sensor"]}


def test_number__an_unknown_axis_or_the_other_kind_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(KeyError, match="no axis of this name: nose"):
        FULL.number(rng, "nose")
    with pytest.raises(KeyError, match="hair is no range"):
        FULL.number(rng, "hair")
    with pytest.raises(KeyError, match="noise is no choice"):
        FULL.kind(rng, "noise")


def test_typical_values__are_what_strength_0_gives() -> None:
    assert typical_values() == {}
    drawn = Randomisation(0.0).draw(np.random.default_rng(0), *AXES)
    assert typical_values(*AXES) == {**drawn.numbers, **drawn.kinds}
