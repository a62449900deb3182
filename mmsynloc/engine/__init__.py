"""What acts around the model: hooks and running."""

from mmsynloc.engine.hooks import ScoreThresholdHook, SynLocVisualizationHook

__all__ = ["ScoreThresholdHook", "SynLocVisualizationHook"]
