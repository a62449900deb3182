"""Seconds of a training step of the network on one core: as upstream runs it, and as ``--amp`` runs it here."""

from __future__ import annotations

from collections.abc import Callable

import torch
from mmengine.model import BaseModel
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS

from mmsynloc.analysis.benchmark import compare, one_core, time_interleaved
from mmsynloc.apis import load_config

__all__ = ["benchmark_training"]


def _step(model: BaseModel, images: torch.Tensor, mixed: bool) -> None:
    """Forward and backward; what the losses cost depends on the people and is left out."""
    model.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=mixed):
        outputs = model.head.forward(model.extract_feat(images))
    sum(level.float().mean() for output in outputs for level in output).backward()


def _case(config: str, batch: int, size: tuple[int, int], mixed: bool) -> Callable[[int], None]:
    cfg = load_config(f"mmsynloc::{config}").model
    cfg.backbone.init_cfg = None
    layout = torch.channels_last if mixed else torch.contiguous_format
    with DefaultScope.overwrite_default_scope("mmpose"):
        model = MODELS.build(cfg).train().to(memory_format=layout)
    images = torch.rand(batch, 3, size[1], size[0]) * 255
    return lambda i: _step(model, images, mixed)


def benchmark_training(
    rounds: int = 5, batch: int = 2, size: tuple[int, int] = (864, 480), config: str = "yoloxpose_nano_synloc.py"
) -> dict[str, dict]:
    """Time a step without its losses and the optimiser.

    Args:
        rounds: steps that are timed.
        batch: images of a step.
        size: ``(width, height)`` of the images.
        config: one of the package's.

    Returns:
        One case as :func:`compare` gives it, in seconds a step. Upstream: float32, contiguous. Ours: bfloat16 by
        autocast, channels last, which is fast only where the processor multiplies bfloat16 itself.
    """
    with one_core():
        functions = {name: _case(config, batch, size, name == "ours") for name in ("ours", "upstream")}
        seconds = time_interleaved(functions, rounds, warmup=1)
    return {"training_step": compare(seconds["ours"], seconds["upstream"], "s", larger_is_better=False)}
