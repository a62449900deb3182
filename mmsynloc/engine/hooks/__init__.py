"""Hooks of MMEngine's Runner."""

from mmsynloc.engine.hooks.console_hook import ConsoleHook
from mmsynloc.engine.hooks.load_weights_hook import LoadWeightsHook
from mmsynloc.engine.hooks.mode_switch_hook import SynLocModeSwitchHook
from mmsynloc.engine.hooks.non_finite_loss_hook import NonFiniteLossHook
from mmsynloc.engine.hooks.progress_hook import ProgressBarHook
from mmsynloc.engine.hooks.random_numbers_hook import RandomNumbersHook
from mmsynloc.engine.hooks.score_threshold_hook import ScoreThresholdHook
from mmsynloc.engine.hooks.throughput_hook import ThroughputHook
from mmsynloc.engine.hooks.timed_checkpoint_hook import TimedCheckpointHook
from mmsynloc.engine.hooks.visualization_hook import SynLocVisualizationHook

__all__ = [
    "ConsoleHook",
    "LoadWeightsHook",
    "NonFiniteLossHook",
    "ProgressBarHook",
    "RandomNumbersHook",
    "ScoreThresholdHook",
    "SynLocModeSwitchHook",
    "SynLocVisualizationHook",
    "ThroughputHook",
    "TimedCheckpointHook",
]
