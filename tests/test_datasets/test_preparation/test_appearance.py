"""Colour and contrast of people against their surroundings, and comparisons of samples."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.datasets.preparation.appearance import APPEARANCE, appearance, compare_appearance, joint_distance

BOX = np.array([[40.0, 30.0, 60.0, 90.0]])


def _image(body: int, ground: int = 100) -> np.ndarray:
    image = np.full((120, 100, 3), ground, np.uint8)
    image[30:90, 40:60] = body
    return image


def _row(image: np.ndarray) -> dict[str, float]:
    return dict(zip(APPEARANCE, appearance(image, BOX)[0]))


def test_appearance__no_people_give_no_rows() -> None:
    for empty in (np.zeros((0, 4)), []):
        assert appearance(_image(200), empty).shape == (0, len(APPEARANCE))


def test_appearance__grey_on_grey_has_hand_computed_values() -> None:
    row = _row(_image(255))
    # L* of white is 100, of sRGB grey 100 it is 42.4 (CIE 1976 of a luminance of 0.127).
    assert row["height_px"] == 60
    assert row["lightness"] == pytest.approx(100, abs=0.2)
    assert row["surround_lightness"] == pytest.approx(42.4, abs=0.3)
    assert row["lightness_difference"] == pytest.approx(57.6, abs=0.4)
    assert row["colour_difference"] == pytest.approx(57.6, abs=0.4)
    assert row["chroma"] == pytest.approx(0, abs=0.5)
    assert row["inner_spread"] == row["surround_spread"] == 0


def test_appearance__colour_counts_where_lightness_is_equal() -> None:
    image = _image(100)
    image[30:90, 40:60] = (60, 60, 176)  # a red about as light as the ground
    row = _row(image)
    assert abs(row["lightness_difference"]) < 5
    assert row["colour_difference"] > 40


def test_appearance__blur_lowers_the_sharpness() -> None:
    hard = _image(100)
    hard[50:70, 40:60] = 220
    soft = hard.astype(float)
    soft[48:52, 40:60] = np.linspace(100, 220, 4)[:, None, None]
    soft[68:72, 40:60] = np.linspace(220, 100, 4)[:, None, None]
    assert _row(soft.astype(np.uint8))["sharpness"] < 0.8 * _row(hard)["sharpness"]


@pytest.mark.parametrize("box", [(-50, -50, -10, -10), (98, 30, 99, 90), (20, 20, 20, 20)])
def test_appearance__people_outside_or_of_no_size_are_left_out(box: tuple) -> None:
    boxes = np.concatenate([np.array([box], float), BOX])
    assert len(appearance(_image(200), boxes)) == 1


def test_appearance__says_which_shapes_it_takes() -> None:
    with pytest.raises(ValueError, match=r"expected an image \(H, W, 3\) and boxes \(N, 4\)"):
        appearance(np.zeros((5, 5), np.uint8), BOX)


def test_compare_appearance__the_same_sample_agrees_and_a_moved_one_does_not() -> None:
    rng = np.random.default_rng(0)
    sample = rng.normal(0, 1, (400, len(APPEARANCE)))
    same = compare_appearance(sample, rng.normal(0, 1, (60, len(APPEARANCE))))
    assert set(same) == set(APPEARANCE)
    assert np.median([c.p_value for c in same.values()]) > 0.1
    assert np.mean([c.outside for c in same.values()]) == pytest.approx(0.05, abs=0.03)  # 600 draws: 0.009 deviation
    moved = compare_appearance(sample, sample[:60] + 4)["lightness"]
    assert moved.ks > 0.9
    assert moved.p_value < 1e-6
    assert moved.outside > 0.9
    assert moved.reference_median - moved.median == pytest.approx(4, abs=0.5)


def test_compare_appearance__empty_samples_are_refused() -> None:
    full, empty = np.zeros((3, len(APPEARANCE))), np.zeros((0, len(APPEARANCE)))
    for pair in ((full, empty), (empty, full)):
        with pytest.raises(ValueError, match="an empty sample cannot be compared"):
            compare_appearance(*pair)


def test_joint_distance__grows_from_0_as_samples_part() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(0, 1, (300, 4)), rng.normal(0, 1, (40, 4))
    distances = [joint_distance(first, second + shift) for shift in (0.0, 1.0, 3.0, 30.0)]
    assert distances[0] < 0.02  # 0 for endless samples
    assert distances == sorted(distances)
    assert 0.9 < distances[-1] < 1
    assert joint_distance(np.zeros((3, 4)), np.zeros((2, 4))) == 0
    with pytest.raises(ValueError, match="at least 2 rows"):
        joint_distance(first[:1], second)
