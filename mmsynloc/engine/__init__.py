"""The Runner with its hooks and optimiser wrappers."""

from mmsynloc.engine.hooks import (
    ConsoleHook,
    LoadWeightsHook,
    NonFiniteLossHook,
    ProgressBarHook,
    ScoreThresholdHook,
    SynLocVisualizationHook,
)
from mmsynloc.engine.optim import CPUAmpOptimWrapper, ForeachEMA

__all__ = [
    "CPUAmpOptimWrapper",
    "ConsoleHook",
    "ForeachEMA",
    "LoadWeightsHook",
    "NonFiniteLossHook",
    "ProgressBarHook",
    "ScoreThresholdHook",
    "SynLocVisualizationHook",
]
