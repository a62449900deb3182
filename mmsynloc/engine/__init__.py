"""What acts around the model: hooks of the Runner."""

from mmsynloc.engine.hooks import ProgressBarHook, ScoreThresholdHook, SynLocVisualizationHook

__all__ = ["ProgressBarHook", "ScoreThresholdHook", "SynLocVisualizationHook"]
