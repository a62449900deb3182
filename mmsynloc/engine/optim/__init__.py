"""Optimiser wrappers of MMEngine's Runner, and the moving average of the weights."""

from mmsynloc.engine.optim.cpu_amp import CPUAmpOptimWrapper, has_fast_bfloat16
from mmsynloc.engine.optim.foreach_ema import ForeachEMA

__all__ = ["CPUAmpOptimWrapper", "ForeachEMA", "has_fast_bfloat16"]
