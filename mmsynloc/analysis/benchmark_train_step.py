"""Images a second of a whole training step, from the images on the host to the moving average."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS, OPTIM_WRAPPERS
from mmpose.structures import PoseDataSample

from mmsynloc.analysis.benchmark import compare, one_core, time_interleaved
from mmsynloc.analysis.benchmark_assigner import random_athletes
from mmsynloc.apis import load_config
from mmsynloc.engine.optim import has_fast_bfloat16

__all__ = ["benchmark_train_step"]


def _upstream(cfg: Any) -> Any:
    """A config's model with upstream's classes in the place of ours, which all keep upstream's options."""
    cfg = copy.deepcopy(cfg)
    cfg.type, cfg.head.type = "BottomupPoseEstimator", "YOLOXPoseHead"
    cfg.data_preprocessor.type = "PoseDataPreprocessor"
    cfg.head.assigner.type = "SimOTAAssigner"
    return cfg


def _optimizer(cfg: Any, model: torch.nn.Module, mixed: bool, device: str) -> Any:
    """The config's optimiser, in mixed precision as ``--amp`` has it."""
    plain = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.05)
    kind = {"cuda": "AmpOptimWrapper", "cpu": "CPUAmpOptimWrapper"}[device] if mixed else "OptimWrapper"
    return OPTIM_WRAPPERS.build(dict(type=kind, optimizer=plain, clip_grad=cfg.optim_wrapper.clip_grad))


def _step(
    cfg: Any, model_cfg: Any, ema: str, mixed: bool, data: Callable[[], dict], device: str
) -> Callable[[int], None]:
    model_cfg.backbone.init_cfg = None
    model_cfg.data_preprocessor.batch_augments = None  # inputs of one size, so that all work on the same
    torch.manual_seed(0)
    model = MODELS.build(model_cfg).to(device).train()
    average = MODELS.build(dict(type=ema, model=model, momentum=0.0002, update_buffers=True))
    optimizer = _optimizer(cfg, model, mixed, device)

    def step(_: int) -> None:
        model.train_step(data(), optimizer)
        average.update_parameters(model)

    return step


def _batches(batch: int, athletes: int, size: tuple[int, int], device: str) -> Callable[[], dict]:
    """Returns the same batch at each step, as a loader would: images as bytes, pinned where there is a GPU."""
    rng = np.random.default_rng(0)
    shape = (3, size[1], size[0])
    images = [torch.tensor(rng.integers(0, 256, shape, dtype=np.uint8)) for _ in range(batch)]
    images = [image.pin_memory() for image in images] if device == "cuda" else images
    labels = [random_athletes(athletes, size, rng).gt_instance_labels for _ in range(batch)]

    def data() -> dict:
        samples = [PoseDataSample(gt_instance_labels=one, metainfo=dict(img_shape=shape[1:])) for one in labels]
        return dict(inputs=images, data_samples=samples)

    return data


def benchmark_train_step(
    rounds: int = 5,
    batch: int | None = None,
    athletes: int = 20,
    size: tuple[int, int] = (640, 640),
    model: str | None = None,
) -> dict[str, dict]:
    """Compare training steps on the GPU where there is one, and else on one core.

    Args:
        rounds: steps that are timed.
        batch: images of a step, by default 64 on a GPU and 2 on a CPU.
        athletes: in each image.
        size: ``(width, height)`` of the images.
        model: ``"nano"`` to ``"l"``, by default s on a GPU and nano on a CPU.

    Returns:
        Cases as :func:`compare` gives them, in images a second: ``step`` is our training with ``--amp`` against
        upstream's recipe in full precision, ``step_amp`` both with mixed precision, ``step_float32`` both without.
        Where a processor is slow at bfloat16, ``--amp`` is without effect on both.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    batch = batch or (64 if device == "cuda" else 2)
    cfg = load_config(f"mmsynloc::yoloxpose_{model or ('s' if device == 'cuda' else 'nano')}_synloc.py")
    ours = copy.deepcopy(cfg.model)
    ours.head.assigner.type = "LocSimAssigner"
    can_mix = device == "cuda" or has_fast_bfloat16()
    with one_core(), DefaultScope.overwrite_default_scope("mmpose"):
        data = _batches(batch, athletes, size, device)
        functions = {}
        for mixed in {False, can_mix}:
            functions["ours", mixed] = _step(cfg, copy.deepcopy(ours), "ForeachEMA", mixed, data, device)
            functions["upstream", mixed] = _step(cfg, _upstream(cfg.model), "ExpMomentumEMA", mixed, data, device)
        seconds = time_interleaved(functions, rounds, 2, device)
    speed = {key: batch / mean for key, mean in seconds.items()}
    cases = {"step": (can_mix, False), "step_amp": (can_mix, can_mix), "step_float32": (False, False)}
    return {
        name: compare(speed["ours", mixed], speed["upstream", upstream_mixed], "images/s")
        for name, (mixed, upstream_mixed) in cases.items()
    }
