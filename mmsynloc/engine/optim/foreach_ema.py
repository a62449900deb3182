"""The moving average of the weights in a few kernels."""

from __future__ import annotations

import math

import torch
from mmpose.engine.hooks.ema_hook import ExpMomentumEMA
from mmpose.registry import MODELS
from torch import nn

__all__ = ["ForeachEMA"]


@MODELS.register_module()
class ForeachEMA(ExpMomentumEMA):
    """Upstream's ``ExpMomentumEMA`` to the bit, for all tensors at once instead of two kernels for each.

    The arguments are upstream's. Set it as ``EMAHook(ema_type="ForeachEMA")``.
    """

    @torch.no_grad()
    def update_parameters(self, model: nn.Module) -> None:
        """Take one step towards ``model``."""
        source = model.state_dict() if self.update_buffers else dict(model.named_parameters())
        pairs = [(average, source[name]) for name, average in self.avg_parameters.items()]
        if any(average.device != current.device for average, current in pairs):
            super().update_parameters(model)
            return
        steps = int(self.steps)
        if steps == 0:
            _copy(pairs)
        elif steps % self.interval == 0:
            momentum = (1 - self.momentum) * math.exp(-float(1 + steps) / self.gamma) + self.momentum
            averages, current = zip(*(pair for pair in pairs if pair[0].is_floating_point()))
            torch._foreach_mul_(averages, 1 - momentum)
            torch._foreach_add_(averages, current, alpha=momentum)
        if not self.update_buffers:
            _copy(list(zip(self.module.buffers(), model.buffers())))
        self.steps += 1


def _copy(pairs: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
    if pairs:
        targets, sources = zip(*pairs)
        torch._foreach_copy_(targets, sources)
