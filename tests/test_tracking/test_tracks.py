"""Tracks of a video: numbers, smoothed positions, speeds, and how they are scored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmsynloc.structures import FramePositions
from mmsynloc.tracking import TrackScore, find_tracks, score_tracks
from mmsynloc.tracking.smooth import smooth_track
from mmsynloc.utils import UserError
from tests.synloc_files import camera

NAN = float("nan")


def make_frame(index: int, positions_m: np.ndarray, fps: float | None = 25.0) -> FramePositions:
    count, view = len(positions_m), camera()
    ground = view.pitch_to_pixel(positions_m).points
    boxes = np.concatenate([ground - 10, ground + 10], axis=1)
    time_s = None if fps is None else index / fps
    return FramePositions(
        index, index, f"a.mp4#{index}", boxes, np.stack([ground] * 2, 1), positions_m, np.ones(count), view, time_s
    )


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_smooth_track__few_points_stay(count):
    times, points = np.arange(count) * 0.1, np.arange(2.0 * count).reshape(-1, 2)
    smoothed, speeds = smooth_track(times, points, 0.3)
    np.testing.assert_array_equal(smoothed, points)
    expected = np.hypot(2, 2) / 0.1 if count > 1 else NAN
    np.testing.assert_allclose(speeds, np.full(count, expected))


def test_smooth_track__straight_line_is_not_changed():
    times = np.array([0.0, 0.1, 0.15, 0.4, 0.5, 0.9])
    points = times[:, None] * [3.0, -4.0] + [1.0, 2.0]
    smoothed, speeds = smooth_track(times, points, 0.3)
    np.testing.assert_allclose(smoothed, points, atol=1e-9)  # a spline has no penalty for straight lines
    np.testing.assert_allclose(speeds, 5.0, atol=1e-9)


def test_smooth_track__noise_becomes_less():
    rng, times = np.random.default_rng(0), np.arange(100) * 0.04
    truth = np.stack([10 * np.sin(times / 2), 3 * times], axis=1)
    smoothed, speeds = smooth_track(times, truth + rng.normal(0, 0.3, truth.shape), 0.3)
    assert np.linalg.norm(smoothed - truth, axis=1).mean() < 0.15  # half of the noise and less
    true_speeds = np.hypot(5 * np.cos(times / 2), 3)
    assert np.abs(speeds - true_speeds)[5:-5].mean() < 0.5


def test_find_tracks__no_frames():
    assert len(find_tracks([])) == 0


def test_find_tracks__applied_to_the_frames():
    pytest.importorskip("norfair")
    frames = [make_frame(i, np.array([[0.1 * i, 2.0], [NAN, NAN]])) for i in range(20)]
    tracks = find_tracks(frames)
    assert len(tracks) == 1
    last = tracks.apply(frames[-1])
    assert last.track_ids.tolist() == [1, -1]
    np.testing.assert_allclose(last.points_pitch_m, frames[-1].points_pitch_m, atol=1e-6)
    np.testing.assert_allclose(last.speeds_m_s, [2.5, NAN], atol=1e-6)


@pytest.mark.parametrize(("gap_s", "count"), [(0.4, 1), (1.5, 2), (19.0, 2)])
def test_find_tracks__a_gap_of_time(gap_s, count):
    """Two athletes walk at 1 m/s to the right and to the left; nobody's speed is taken across a gap."""
    pytest.importorskip("norfair")
    starts, velocity = np.array([[0.0, 2.0], [0.0, -2.0]]), np.array([[1.0, 0.0], [-1.0, 0.0]])
    times = [0.04 * i + (gap_s if i >= 20 else 0) for i in range(40)]
    offset = velocity * gap_s if count == 1 else 0.0  # where they are lost, others of the same speed stand in the place
    frames = [
        replace(make_frame(i, starts + velocity * 0.04 * i + (offset if i >= 20 else 0)), time_s=time)
        for i, time in enumerate(times)
    ]
    tracks = find_tracks(frames)
    assert len(tracks) == 2 * count
    np.testing.assert_allclose(np.stack([tracks.rows[i][2] for i in range(40)]), 1.0, atol=1e-6)


def test_find_tracks__needs_times():
    frame = make_frame(0, np.zeros((1, 2)), fps=None)
    with pytest.raises(UserError, match=r"a\.mp4#0: has no time"):
        find_tracks([frame])
    frames = [make_frame(i, np.zeros((1, 2))) for i in range(2)]
    with pytest.raises(UserError, match="times go back"):
        find_tracks([frames[1], replace(frames[0], index=2)])


def test_score_tracks__nothing():
    score = score_tracks([])
    assert score[:4] == (0, 0, 0, 0)
    assert np.isnan(score.error_m)


def test_score_tracks__pairs_as_many_as_it_can():
    """The second position is just out of the first person's reach; the smallest sum of all would pair one alone."""
    truth_m, found_m = np.array([[0.0, 0], [1.9, 0]]), np.array([[1.9, 0.1], [1.0, 1.75]])
    assert score_tracks([(truth_m, found_m, np.array([1, 2]))])[1:4] == (2, 2, 0)


def test_score_tracks__switches_misses_and_extra():
    truth = np.array([[0.0, 0.0], [10.0, 0.0]])
    frames = [
        (truth, truth + np.array([0.3, 0.4]), np.array([1, 2])),  # both 0.5 m off
        (truth, truth[:1], np.array([1])),  # the second is missed
        (truth, truth[::-1], np.array([1, 2])),  # both have changed their numbers
        (truth, np.array([[50.0, 0.0], [0.0, 0.0]]), np.array([3, -1])),  # nobody, and one without a track
        (np.array([[NAN, NAN], [10.0, 0.0]]), np.array([[10.0, 0.0], [NAN, NAN]]), np.array([1, 5])),
    ]
    assert score_tracks(frames) == TrackScore(2, 9, 6, 2, pytest.approx(1.0 / 6))
