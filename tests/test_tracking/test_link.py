"""Linking positions over frames."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from mmsynloc.tracking import link_positions, score_tracks
from mmsynloc.utils import UserError

DT = 0.04


@pytest.fixture(autouse=True)
def _needs_norfair():
    pytest.importorskip("norfair", reason="pip install --no-deps norfair filterpy")


def walk(starts, velocities, num_frames: int) -> np.ndarray:
    """(T, P, 2) positions of people at constant velocities."""
    times = np.arange(num_frames)[:, None, None] * DT
    return np.array(starts, float) + times * np.array(velocities, float)


def test_link_positions__no_frames_and_nobody():
    assert link_positions([], DT) == []
    tracks = link_positions([np.zeros((0, 2))] * 3, DT)
    assert [len(one) for one in tracks] == [0, 0, 0]


def test_link_positions__two_who_walk_apart():
    paths = walk([[0, 0], [10, 5]], [[5, 0], [-2, 3]], 30)
    tracks = link_positions([path[:: 1 if i % 2 else -1] for i, path in enumerate(paths)], DT)
    assert [one.tolist() for one in tracks[-2:]] == [tracks[-2].tolist(), tracks[-2].tolist()[::-1]]
    assert set(tracks[-1].tolist()) == {1, 2}


def test_link_positions__people_who_pass_keep_their_numbers():
    paths = walk([[0, 0], [8, 0.6]], [[5, 0], [-5, 0]], 40)  # they meet in the middle, 0.6 m apart
    rng = np.random.default_rng(0)
    seen = [path + rng.normal(0, 0.1, path.shape) for path in paths]
    tracks = link_positions(seen, DT)
    score = score_tracks(zip(paths, seen, tracks))
    assert (score.switches, score.extra) == (0, 0)


def test_link_positions__missed_for_half_a_second():
    path = walk([[0, 0]], [[4, 1]], 40)
    seen = [np.zeros((0, 2)) if 15 <= i < 27 else one for i, one in enumerate(path)]
    tracks = link_positions(seen, DT)
    assert tracks[14].tolist() == tracks[27].tolist() == tracks[-1].tolist() == [1]


@pytest.mark.parametrize(("absent", "same"), [(0, True), (12, True), (30, False), (10**9, False)])
def test_link_positions__no_frames_for_a_time(absent, same):
    path = walk([[0, 0]], [[1, 0]], 40)
    seen = np.concatenate([path[:20], path[20:] + min(absent, 50) * DT * np.array([1, 0])])
    tracks = link_positions(seen, DT, [absent if i == 20 else 0 for i in range(40)])
    assert tracks[19].tolist() == [1]
    assert tracks[-1].tolist() == [1 if same else 2]


def test_link_positions__seen_for_a_moment_is_no_track():
    path = walk([[0, 0]], [[1, 0]], 20)
    seen = [np.vstack([one, [30.0, 30.0]]) if i == 10 else one for i, one in enumerate(path)]
    assert link_positions(seen, DT)[10].tolist() == [1, -1]


def test_link_positions__nan_is_not_linked():
    seen = [np.array([[0.0, 0.0], [np.nan, np.nan]])] * 20
    assert link_positions(seen, DT)[-1].tolist() == [1, -1]


def test_link_positions__slow_frames():
    path = walk([[0, 0]], [[6, 0]], 400)[::25]  # one frame a second
    tracks = link_positions(path, 25 * DT)
    assert tracks[-1].tolist() == [1]


def test_link_positions__without_norfair(monkeypatch):
    monkeypatch.setitem(sys.modules, "norfair", None)
    with pytest.raises(UserError, match="pip install --no-deps norfair filterpy"):
        link_positions([], DT)
