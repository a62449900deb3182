"""The Runner with its loop, hooks and optimiser wrappers."""

from mmsynloc.engine.hooks import (
    ConsoleHook,
    LoadWeightsHook,
    NonFiniteLossHook,
    ProgressBarHook,
    RandomNumbersHook,
    ScoreThresholdHook,
    SynLocModeSwitchHook,
    SynLocVisualizationHook,
    ThroughputHook,
    TimedCheckpointHook,
)
from mmsynloc.engine.optim import CPUAmpOptimWrapper, ForeachEMA
from mmsynloc.engine.train_loop import ResumableTrainLoop

__all__ = [
    "CPUAmpOptimWrapper",
    "ConsoleHook",
    "ForeachEMA",
    "LoadWeightsHook",
    "NonFiniteLossHook",
    "ProgressBarHook",
    "RandomNumbersHook",
    "ResumableTrainLoop",
    "ScoreThresholdHook",
    "SynLocModeSwitchHook",
    "SynLocVisualizationHook",
    "ThroughputHook",
    "TimedCheckpointHook",
]
