from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.errors import REPAIRS, Case, map_locsim, match_case, repair_in_turn
from tests.test_evaluation.test_errors.cases import make_matched, random_tables


def test_repair__no_detections_is_all_misses():
    repairs = repair_in_turn(make_matched([(0, 0, 0)], []))
    assert repairs.base == 0
    assert repairs.in_turn == {**dict.fromkeys(REPAIRS, 0), "misses": 1}


def test_repair__perfect_needs_none():
    repairs = repair_in_turn(make_matched([(0, 0, 0), (0, 5, 5)], [(0, 0.9, 0, 0), (0, 0.8, 5, 5)]))
    assert repairs.base == pytest.approx(1)
    assert all(gain == pytest.approx(0, abs=1e-12) for gain in (repairs.in_turn | repairs.alone).values())


# Two people, of whom the first is always found. One found of two is a recall of 1/2: 51 of 101 recalls.
HALF = 51 / 101
FOUND = (0, 0.5, 0, 0)


@pytest.mark.parametrize(
    ("detections", "base", "gains"),
    [
        ([FOUND], HALF, {"misses": 1 - HALF}),
        # A wrong detection with the better score halves the precision.
        ([FOUND, (0, 0.9, 40, 0)], HALF / 2, {"false positives": HALF / 2, "misses": 1 - HALF}),
        # 0.47 m is right at LocSim 0.5 alone; a duplicate needs its person's closest detection to score more.
        (
            [(0, 0.9, 0, 0), (0, 0.8, 0, 0.05), (0, 0.7, 50, 0)],
            HALF + HALF * 0 + 50 / 101 * 2 / 3,
            {"duplicates": 50 / 101 / 3},
        ),
        # 1 m off is wrong at every threshold.
        ([FOUND, (0, 0.4, 51, 0)], HALF, {"position": 1 - HALF}),
    ],
    ids=["miss", "false positive", "duplicate", "position"],
)
def test_repair__one_error(detections, base, gains):
    repairs = repair_in_turn(make_matched([(0, 0, 0), (0, 50, 0)], detections))
    assert repairs.base == pytest.approx(base)
    assert repairs.in_turn == pytest.approx({**dict.fromkeys(REPAIRS, 0), **gains}, abs=1e-12)


def test_repair__ranking():
    # The position error scores above the right detection, which it pushes to precision 1/2 at the first recalls.
    repairs = repair_in_turn(make_matched([(0, 0, 0), (0, 50, 0)], [(0, 0.9, 51, 0), FOUND]))
    assert repairs.in_turn["ranking"] == pytest.approx(HALF / 2)
    assert repairs.alone["ranking"] == pytest.approx(HALF / 2)
    assert repairs.in_turn["position"] == pytest.approx(1 - HALF)


@pytest.mark.parametrize("seed", range(4))
def test_repair__adds_up_and_never_costs(seed):
    matched = match_case(Case.from_tables(12, *random_tables(seed)), reach_m=2.0)
    repairs = repair_in_turn(matched)
    assert repairs.base == pytest.approx(map_locsim(matched))
    assert repairs.base + sum(repairs.in_turn.values()) == pytest.approx(1)
    assert min(repairs.in_turn.values()) >= -1e-12
    assert min(repairs.alone.values()) >= -1e-12
    assert all(np.isfinite(list(repairs.alone.values())))
