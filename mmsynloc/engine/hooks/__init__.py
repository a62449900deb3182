"""Hooks of MMEngine's Runner."""

from mmsynloc.engine.hooks.non_finite_loss_hook import NonFiniteLossHook
from mmsynloc.engine.hooks.progress_hook import ProgressBarHook
from mmsynloc.engine.hooks.score_threshold_hook import ScoreThresholdHook
from mmsynloc.engine.hooks.visualization_hook import SynLocVisualizationHook

__all__ = ["NonFiniteLossHook", "ProgressBarHook", "ScoreThresholdHook", "SynLocVisualizationHook"]
