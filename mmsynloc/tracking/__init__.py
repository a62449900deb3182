"""Athletes followed over the frames of a video, on the ground in metres."""

from mmsynloc.tracking.link import link_positions
from mmsynloc.tracking.score import TrackScore, score_tracks
from mmsynloc.tracking.tracks import Tracks, find_tracks

__all__ = ["TrackScore", "Tracks", "find_tracks", "link_positions", "score_tracks"]
