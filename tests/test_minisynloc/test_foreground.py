"""Near objects and what they hide."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.minisynloc.annotate import visible_masks
from mmsynloc.minisynloc.foreground import Foreground, draw_foreground
from mmsynloc.minisynloc.randomisation import AXES, Randomisation
from mmsynloc.minisynloc.rasterise import Patch
from mmsynloc.minisynloc.render import RenderedImage
from mmsynloc.minisynloc.venue import sample_venue


@pytest.mark.parametrize("kind", AXES["surroundings"]["foreground"].weights)
def test_draw_foreground__hides_a_part_of_the_view(kind: str) -> None:
    for seed in range(5):
        venue = sample_venue((0, 4, seed), Randomisation(fixed={"foreground": kind}))
        foreground = draw_foreground(venue, (320, 180), np.random.default_rng(seed))
        if kind == "none":
            assert foreground is None
            continue
        assert foreground.picture.shape == (180, 320, 3)
        assert 0 < foreground.cover.mean() < 0.3
        bright = np.full((180, 320, 3), 255, np.uint8)
        np.testing.assert_array_equal(foreground.over(bright)[foreground.cover == 0], 255)


def test_visible_masks__what_the_foreground_covers_is_hidden() -> None:
    cover = np.zeros((1080, 1920), np.float32)
    cover[:, :55] = 1  # annotated columns 0 to 109
    patch = Patch(200, 400, np.zeros((40, 80, 3), np.uint8), np.full((40, 80), 255, np.uint8))
    rendered = RenderedImage(np.zeros((1080, 1920, 3), np.uint8), (patch,), (0,), Foreground(np.zeros(3), cover))
    left, top, mask = visible_masks(rendered)[0]
    assert (left, top, mask.shape) == (100, 200, (20, 40))
    assert not mask[:, :10].any()
    assert mask[:, 10:].all()
