"""Expected LocSim and fused measurements, against sampling and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.placement.expected_locsim import expected_locsim, fuse_gaussians


def test_expected_locsim__none_and_certain() -> None:
    assert expected_locsim(np.zeros((0, 2, 2))).shape == (0,)
    assert expected_locsim(np.zeros((1, 2, 2)))[0] == 1
    assert expected_locsim(np.full((1, 2, 2), np.nan))[0] == 0


def test_expected_locsim__isotropic_by_hand() -> None:
    # det(I + 2 ln20 s² I)^(-1/2) = 1 / (1 + 2 ln20 s²); s² = 1 / (2 ln20) gives a half
    assert np.isclose(expected_locsim(np.eye(2)[None] / (2 * np.log(20)))[0], 0.5)


@pytest.mark.parametrize("tau", [1.0, 5.0])
def test_expected_locsim__is_the_mean_over_samples(tau: float) -> None:
    covariance = np.array([[0.20, 0.09], [0.09, 0.10]]) * tau**2
    offsets = np.random.default_rng(0).multivariate_normal([0, 0], covariance, 200_000)
    sampled = np.exp(np.log(0.05) * (offsets**2).sum(1) / tau**2).mean()
    # 200,000 samples: standard error below 0.001
    assert abs(expected_locsim(covariance[None], tau)[0] - sampled) < 0.003


def test_fuse_gaussians__equal_ones_halve_the_covariance() -> None:
    mean, covariance = fuse_gaussians(np.array([[0.0, 0]]), np.eye(2)[None], np.array([[2.0, 4]]), np.eye(2)[None])
    assert np.allclose(mean, [[1, 2]])
    assert np.allclose(covariance, np.eye(2) / 2)


def test_fuse_gaussians__each_axis_by_the_better_one() -> None:
    first, second = np.diag([1.0, 1e6])[None], np.diag([1e6, 1.0])[None]
    mean, _ = fuse_gaussians(np.array([[3.0, 100]]), first, np.array([[100.0, 7]]), second)
    assert np.allclose(mean, [[3, 7]], atol=1e-3)


def test_fuse_gaussians__a_missing_one_changes_nothing() -> None:
    mean, covariance = fuse_gaussians(
        np.array([[3.0, 4]]), np.eye(2)[None], np.array([[np.nan, 1]]), np.full((1, 2, 2), np.nan)
    )
    assert (mean == [[3, 4]]).all()
    assert (covariance == np.eye(2)).all()
