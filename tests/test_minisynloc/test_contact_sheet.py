"""The picture of the randomisation's extremes."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.minisynloc.contact_sheet import CELL, axis_values, draw_axis
from mmsynloc.minisynloc.randomisation import AXES


def test_axis_values__are_the_ends_or_every_kind() -> None:
    assert axis_values(AXES["sensor"]["noise"]) == [AXES["sensor"]["noise"].low, AXES["sensor"]["noise"].high]
    assert axis_values(AXES["people"]["hair"]) == list(AXES["people"]["hair"].weights)


@pytest.mark.parametrize(("group", "name"), [("kits", "kit_colour"), ("sensor", "exposure")])
def test_draw_axis__extremes_differ(group: str, name: str) -> None:
    first, last = axis_values(AXES[group][name])[0], axis_values(AXES[group][name])[-1]
    cells = [draw_axis(group, name, value) for value in (first, last)]
    assert cells[0].shape == (CELL[1], CELL[0], 3)
    picture = [cell[:-20].astype(int) for cell in cells]  # above the label
    assert np.abs(picture[0] - picture[1]).max() > 30
