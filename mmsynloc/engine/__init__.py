"""What acts around the model: hooks of the Runner."""

from mmsynloc.engine.hooks import NonFiniteLossHook, ProgressBarHook, ScoreThresholdHook, SynLocVisualizationHook

__all__ = ["NonFiniteLossHook", "ProgressBarHook", "ScoreThresholdHook", "SynLocVisualizationHook"]
