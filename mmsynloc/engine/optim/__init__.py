"""Optimiser wrappers of MMEngine's Runner."""

from mmsynloc.engine.optim.cpu_amp import CPUAmpOptimWrapper, has_fast_bfloat16

__all__ = ["CPUAmpOptimWrapper", "has_fast_bfloat16"]
