"""Who is where."""

from __future__ import annotations

import numpy as np

from mmsynloc.minisynloc.randomisation import Randomisation
from mmsynloc.minisynloc.scene import MAX_PEOPLE, sample_scene
from mmsynloc.minisynloc.venue import sample_venue


def _positions(seed: int) -> np.ndarray:
    return np.array([figure.pelvis_m[:2] for figure in sample_scene(np.random.default_rng(seed)).figures])


def test_sample_scene__people_stay_within_the_official_range() -> None:
    counts = []
    for seed in range(25):
        positions = _positions(seed)
        counts.append(len(positions))
        assert np.abs(positions[:, 0]).max() <= 41
        assert np.abs(positions[:, 1]).max() <= 59
    assert min(counts) >= 1
    assert max(counts) <= MAX_PEOPLE
    assert len(set(counts)) > 5


def test_sample_scene__no_two_stand_on_one_spot() -> None:
    for seed in range(15):
        positions = _positions(seed)
        distance = np.linalg.norm(positions[:, None] - positions[None], axis=-1) + 10 * np.eye(len(positions))
        assert distance.min() > 0.3


def test_sample_scene__keepers_and_assistants_are_there() -> None:
    found = np.zeros(3)
    for seed in range(20):
        x, y = _positions(seed).T
        found += [(y > 40).any() and (y < -40).any(), (x > 34).any(), (x < -34).any()]
    assert (found >= 6).all()  # six of ten scenes are matches


def test_sample_scene__same_seed_same_scene() -> None:
    np.testing.assert_array_equal(_positions(5), _positions(5))
    assert _positions(5).shape != _positions(6).shape or (_positions(5) != _positions(6)).any()


def test_sample_venue__seeds_differ_in_camera_and_colour() -> None:
    first, same, other = sample_venue((0, 4, 0)), sample_venue((0, 4, 0)), sample_venue((0, 4, 1))
    np.testing.assert_array_equal(first.camera.camera_matrix, same.camera.camera_matrix)
    assert first.grass_bgr == same.grass_bgr != other.grass_bgr
    assert first.drawn == same.drawn
    assert np.abs(first.camera.camera_matrix - other.camera.camera_matrix).max() > 0.01


def test_venue_shaded__on_either_side_of_the_line() -> None:
    part = Randomisation(fixed={"weather": "sun", "stand_shadow": "part"})
    venue = next(v for v in (sample_venue((0, 4, i), part) for i in range(50)) if abs(v.shadow_line[2]) < 20)
    normal, offset = np.array(venue.shadow_line[:2]), venue.shadow_line[2]
    foot = -offset * normal  # a point on the line; the normal has length 1
    np.testing.assert_allclose(venue.shaded(np.stack([foot - 5 * normal, foot, foot + 5 * normal])), [0, 0.5, 1])
