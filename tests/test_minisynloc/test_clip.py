"""Clips of people who move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmsynloc.analysis.benchmark_tracking import score_frames, seen_positions
from mmsynloc.minisynloc.clip import AREA_M, TOP_SPEED_M_S, move_people, render_clip
from mmsynloc.structures import FramePositions
from mmsynloc.tracking import find_tracks

SMALL = (640, 360)


def test_move_people__nobody_and_no_frames():
    assert move_people(np.random.default_rng(0), 0, 3, 0.04).shape == (3, 0, 2)
    assert move_people(np.random.default_rng(0), 3, 0, 0.04).shape == (0, 3, 2)


def test_move_people__like_people():
    paths = move_people(np.random.default_rng(0), 22, 500, 0.04)
    speeds = np.linalg.norm(np.diff(paths, axis=0), axis=2) / 0.04
    assert speeds.max() <= TOP_SPEED_M_S + 1e-6
    assert 1.0 < speeds.mean() < 5.0
    assert (np.abs(paths).max((0, 1)) < np.array(AREA_M) + 8).all()
    later = paths[25:]  # at first they may stand on one spot
    gaps = np.linalg.norm(later[:, :, None] - later[:, None], axis=-1) + 1e3 * np.eye(22)
    assert gaps.min() > 0.3


def test_render_clip__same_seed_same_clip():
    (_, first), (_, second) = render_clip(3, 2, count=3, image_size=SMALL), render_clip(3, 2, count=3, image_size=SMALL)
    for one, other in zip(first, second):
        np.testing.assert_array_equal(one.image, other.image)
        np.testing.assert_array_equal(one.positions_m, other.positions_m)
        assert one.image.shape == (360, 640, 3)


def test_find_tracks__of_a_clip():
    """Who is hidden is not found, positions are as uncertain as a pixel, some are missed and some are nobody's."""
    pytest.importorskip("norfair")
    rng = np.random.default_rng(0)
    venue, clip = render_clip(1, 50, count=16, image_size=SMALL)
    frames, truth = [], []
    for index, frame in enumerate(clip):
        truth.append(seen_positions(frame.positions_m, frame.annotations))
        points = np.array([one["keypoints"] for one in frame.annotations])[:, :, :2]
        points = points[rng.random(len(points)) < 0.95]
        points = np.concatenate([points, rng.uniform(0, [3840, 2160], (1, 2, 2))])
        points += rng.normal(0, 1.5, points.shape)
        boxes = np.concatenate([points[:, 0] - 20, points[:, 1] + 20], axis=1)
        ground = venue.camera.pixel_to_pitch(points[:, 1]).points
        scores = np.ones(len(points))
        frames.append(FramePositions(index, index, str(index), boxes, points, ground, scores, venue.camera, index / 25))
    tracks = find_tracks(frames)
    found = [tracks.apply(frame) for frame in frames]
    score = score_frames(truth, found)
    raw = score_frames(truth, [replace(one, track_ids=new.track_ids) for one, new in zip(frames, found)])
    assert score.people > 500
    assert score.switches <= 2
    assert score.found > 0.9 * score.people
    assert score.extra < 0.02 * score.people
    assert score.error_m < 0.7 * raw.error_m
