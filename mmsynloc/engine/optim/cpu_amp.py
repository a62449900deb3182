"""Mixed precision without a GPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from mmpose.registry import OPTIM_WRAPPERS
from torch import nn

__all__ = ["CPUAmpOptimWrapper", "has_fast_bfloat16"]


def has_fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 numbers itself (AVX512-BF16, AMX); elsewhere they are emulated."""
    found = [getattr(torch.cpu, f"_is_{name}_supported", None) for name in ("avx512_bf16", "amx_tile")]
    return any(is_supported() for is_supported in found if is_supported)


@OPTIM_WRAPPERS.register_module()
class CPUAmpOptimWrapper(OptimWrapper):
    """``AmpOptimWrapper`` for a processor with bfloat16; upstream's expects a GPU.

    bfloat16 has float32's range, so that no loss needs scaling and nothing overflows. It has 8 bits of precision, in
    which a coordinate of 500 px is off by up to 2 px: heads must decode in float32, as ours do.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Upstream's context, in mixed precision."""
        with super().optim_context(model), torch.autocast("cpu", dtype=torch.bfloat16):
            yield
