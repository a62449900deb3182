"""Tells TrackLab where our YAML lies, by the entry point ``tracklab_plugin``; loaded at every start of TrackLab."""

from __future__ import annotations

__all__ = ["TrackLabPlugin"]


class TrackLabPlugin:
    """TrackLab appends this package to Hydra's search path, so that ``modules/bbox_detector: synloc`` is found."""

    config_package = "pkg://mmsynloc.tracklab_plugin"
