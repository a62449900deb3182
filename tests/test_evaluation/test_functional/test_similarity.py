from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.functional import locsim, locsim_to_distance_m


def test_locsim__empty():
    assert locsim(np.zeros(0)).shape == (0,)


def test_locsim__one_at_no_distance_and_a_twentieth_at_tau():
    assert locsim(np.array([0.0, 1.0]), 1.0) == pytest.approx([1.0, 0.05])
    assert locsim(np.array([25.0]), 5.0) == pytest.approx([0.05])


def test_locsim__of_nan_is_nan():
    assert np.isnan(locsim(np.array([np.nan]))).all()


@pytest.mark.parametrize("tau_m", [1.0, 5.0])
@pytest.mark.parametrize("similarity", [0.5, 0.95, 1.0])
def test_locsim_to_distance_m__is_the_inverse(similarity, tau_m):
    assert locsim(locsim_to_distance_m(similarity, tau_m) ** 2, tau_m) == pytest.approx(similarity)


def test_locsim_to_distance_m__half_is_48_cm():
    assert locsim_to_distance_m(0.5) == pytest.approx(0.481, abs=1e-3)  # the paper's rounded figure
