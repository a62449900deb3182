"""Tracks of a rendered clip against the truth: identity switches and errors in metres."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from tqdm import tqdm

from mmsynloc.analysis.benchmark import compare
from mmsynloc.apis.inferencer import SynLocInferencer
from mmsynloc.minisynloc.clip import render_clip
from mmsynloc.structures import FramePositions
from mmsynloc.tracking import TrackScore, find_tracks, score_tracks

__all__ = ["benchmark_tracking", "score_frames", "seen_positions"]


def benchmark_tracking(num_frames: int = 100, people: int = 22, seed: int = 1) -> dict[str, dict]:
    """Find and follow people in a rendered clip with the weights that come with the package.

    Args:
        num_frames: of the clip, at 25 frames a second and Full HD.
        people: how many walk and run.
        seed: of the clip.

    Returns:
        Cases as :func:`compare` gives them; in the place of ``upstream`` is the same without smoothing.
    """
    truth, frames = _find(seed, num_frames, people)
    tracks = find_tracks(frames)
    smoothed = [tracks.apply(frame) for frame in frames]
    raw = [replace(after, points_pitch_m=before.points_pitch_m) for before, after in zip(frames, smoothed)]
    ours, unsmoothed = score_frames(truth, smoothed), score_frames(truth, raw)
    return {
        "people seen, all frames": compare(ours.people, None, ""),
        "tracked": compare(ours.found, unsmoothed.found, ""),
        "tracked, but nobody": compare(ours.extra, unsmoothed.extra, "", larger_is_better=False),
        "tracks": compare(len(tracks), None, ""),
        "identity switches": compare(ours.switches, unsmoothed.switches, "", larger_is_better=False),
        "mean error": compare(ours.error_m, unsmoothed.error_m, "m", larger_is_better=False),
    }


def score_frames(truth: Sequence[np.ndarray], frames: Sequence[FramePositions]) -> TrackScore:
    """Score tracked frames against the true positions (P, 2) m in each."""
    empty = np.zeros(0, np.int64)
    return score_tracks(
        (true, one.points_pitch_m, empty if one.track_ids is None else one.track_ids)
        for true, one in zip(truth, frames)
    )


def _find(seed: int, num_frames: int, people: int) -> tuple[list[np.ndarray], list[FramePositions]]:
    """For each frame where the people are who are seen, and what is found."""
    truth: list[np.ndarray] = []
    venue, clip = render_clip(seed, num_frames, count=people)

    def pictures() -> Iterator[np.ndarray]:
        for frame in clip:
            truth.append(seen_positions(frame.positions_m, frame.annotations))
            yield frame.image

    found = SynLocInferencer()(pictures(), venue.camera)
    frames = [replace(one, time_s=one.index / 25) for one in tqdm(found, total=num_frames, desc="frames")]
    return truth, frames


def seen_positions(positions_m: np.ndarray, annotations: list[dict]) -> np.ndarray:
    """The positions (P, 2) of the people of a clip's frame, NaN for those who are not annotated."""
    seen = np.array([one["position_on_pitch"] for one in annotations]).reshape(-1, 1, 2)
    is_seen = (np.linalg.norm(positions_m - seen, axis=-1) < 1e-6).any(0)
    return np.where(is_seen[:, None], positions_m, np.nan)
