"""What acts around the model: hooks and optimiser wrappers of the Runner."""

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
