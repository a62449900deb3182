from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.errors import ray_offsets_m, summarise_offsets


def test_ray_offsets__nothing():
    assert ray_offsets_m(*np.zeros((3, 0, 2))).shape == (0, 2)


@pytest.mark.parametrize(
    ("predicted", "expected"),
    [((11, 0), (1, 0)), ((9, 0), (-1, 0)), ((10, 2), (0, 2)), ((10, -2), (0, -2))],
    ids=["too far", "too near", "left", "right"],
)
def test_ray_offsets__camera_looks_along_x(predicted, expected):
    # Seen along +x with z up, +y is on the left.
    offsets = ray_offsets_m(np.array([predicted], float), np.array([[10.0, 0]]), np.zeros((1, 2)))
    np.testing.assert_allclose(offsets, [expected])


def test_ray_offsets__keep_the_length():
    rng = np.random.default_rng(0)
    predicted, true, centres = rng.normal(size=(3, 20, 2))
    lengths = np.hypot(*ray_offsets_m(predicted, true, centres).T)
    np.testing.assert_allclose(lengths, np.hypot(*(predicted - true).T))


def test_ray_offsets__below_the_camera_has_no_direction():
    assert np.isnan(ray_offsets_m(np.ones((1, 2)), np.zeros((1, 2)), np.zeros((1, 2)))).all()


def test_summary__nothing():
    summary = summarise_offsets(np.full((2, 2), np.nan))
    assert summary.number == 0
    assert np.isnan([*summary.bias, *summary.spread, summary.median, summary.high]).all()


def test_summary__normal_errors():
    offsets = np.random.default_rng(0).normal((0.5, 0), (0.2, 0.1), (20_000, 2))
    summary = summarise_offsets(np.concatenate([offsets, [[np.nan, np.nan]]]))
    assert summary.number == 20_000
    # The standard error of a median of 20,000 is below 0.002.
    assert summary.bias == pytest.approx((0.5, 0), abs=0.01)
    assert summary.spread == pytest.approx((0.2, 0.1), abs=0.01)
