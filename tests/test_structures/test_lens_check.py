"""Whether the two polynomials of a lens are each other's inverse."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from mmsynloc.minisynloc.cameras import fit_lens
from mmsynloc.structures.lens_check import check_inverse, round_trip_px

SIZE = (3840, 2160)


def test_round_trip_px__of_the_real_lens(real_frame):
    image = json.loads((real_frame / "annotations" / "test.json").read_text())["images"][0]
    assert 0 < round_trip_px(np.array(image["dist_poly"]), np.array(image["undist_poly"]), SIZE) < 0.02


@pytest.mark.parametrize("focal", [0.4, 1.0, 3.0])
def test_round_trip_px__of_generated_lenses(focal):
    assert round_trip_px(*map(np.array, fit_lens(focal, 0.1)), SIZE) < 0.5


def test_round_trip_px__by_hand():
    # Half the diagonal of 4:3 is 5/8 of the width; a factor of 1.01 takes it 1 % of that away.
    found = round_trip_px(np.array([1.0, 0.0]), np.array([1.01, 0.0]), (4, 3))
    assert found == pytest.approx(0.01 * 5 / 8 * 3840)


def test_check_inverse__the_development_kits_fit_of_a_wide_lens():
    """A lens.json of degree 4 of a wide rectilinear lens, fitted as far as 1.5 widths from the axis as sskit does."""
    frame, radius = np.linspace(0, 0.6, 50), np.linspace(0, 1.5, 200)
    angle = np.polyval(np.polyfit(frame, np.arctan(frame / 0.7), 4), radius)
    radius, angle = radius[(angle >= 0) & (angle < 1.5)], angle[(angle >= 0) & (angle < 1.5)]
    dist_poly, undist_poly = np.polyfit(angle, radius, 8), np.polyfit(radius, angle, 8)
    assert 5 < round_trip_px(dist_poly, undist_poly, SIZE) < 20
    check_inverse(dist_poly, undist_poly, SIZE)


@pytest.mark.parametrize("undist_poly", [[0.0], [0.0, 0.0], [-1.0, 0.0], [1e300, 0.0], [1.0, 2.0]])
def test_check_inverse__refuses(undist_poly):
    with pytest.raises(ValueError, match="undist_poly is not the inverse of dist_poly"):
        check_inverse(np.array([1.0, 0.0]), np.array(undist_poly), SIZE)


def test_round_trip_px__no_pixel_has_an_angle():
    assert round_trip_px(np.array([1.0, 0.0]), np.array([0.0, 2.0]), SIZE) == math.inf
