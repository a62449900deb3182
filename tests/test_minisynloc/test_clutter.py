"""Things and people beside the pitch."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.minisynloc.background import Background
from mmsynloc.minisynloc.clutter import build_box, draw_clutter, draw_onlookers
from mmsynloc.minisynloc.randomisation import Randomisation
from mmsynloc.minisynloc.venue import sample_venue


def test_build_box__has_its_size_and_looks_outward() -> None:
    box = build_box(np.array([1.0, 2.0]), np.array([1.0, 2.0, 3.0]), 0.0, np.ones(3))
    np.testing.assert_allclose(box.vertices_m.min(0), [0.5, 1.0, 0.0])
    np.testing.assert_allclose(box.vertices_m.max(0), [1.5, 3.0, 3.0])
    a, b, c = box.vertices_m[box.faces].transpose(1, 0, 2)
    assert np.einsum("fi,fi->", a, np.cross(b, c)) / 6 == pytest.approx(1 * 2 * 3)  # negative if inside out


@pytest.mark.parametrize(("draw", "axis"), [(draw_clutter, "clutter"), (draw_onlookers, "onlookers")])
def test_draw__none_change_nothing_and_some_do(black: Background, draw: object, axis: str) -> None:
    for count in (0, 20):
        fixed = {"clutter": 0, "onlookers": 0, "ghosts": 0, "dugouts": "none", axis: count}
        venue = sample_venue((0, 4, 0), Randomisation(0.0, fixed))
        pictures = [black.sunlit.copy(), black.shaded.copy()]
        draw(pictures, venue, black.falloff, np.random.default_rng(0))
        assert pictures[0].any() == bool(count)
        np.testing.assert_array_equal(*pictures)
