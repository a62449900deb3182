"""Batch size, accumulation of gradients and learning rate for a GPU's memory."""

from __future__ import annotations

import math

from mmengine.config import Config

from mmsynloc.apis.preflight import process_count
from mmsynloc.utils import UserError

__all__ = ["accumulate_gradients", "fit_to_gpu_memory", "learning_rate_notes", "scale_learning_rate"]

_UPSTREAM_GAMMA = 2000  # of ExpMomentumEMA, in steps


def fit_to_gpu_memory(cfg: Config, memory: float) -> list[str]:
    """Step the optimiser over as many images as the recipe does, in parts that fit, in place (``--gpu-memory``).

    The recipe's number of images for a step is ``auto_scale_lr.base_batch_size``, over all processes. Where it is no
    multiple of the parts, the learning rate follows.

    Args:
        cfg: the config, with ``launcher``; mixed precision must be switched on before.
        memory: of each GPU, in GiB.

    Returns:
        What the user should know.

    Raises:
        UserError: the config does not say for how many images a step is, or not one image fits.
    """
    from mmsynloc.apis.training_memory import training_memory

    base = (cfg.get("auto_scale_lr") or {}).get("base_batch_size")
    if not base or not cfg.get("train_dataloader") or not cfg.get("optim_wrapper"):
        raise UserError(f"--gpu-memory: {cfg.filename} has no auto_scale_lr.base_batch_size to aim at")
    needs = training_memory(cfg)
    fits = needs.largest_batch(memory)
    if fits < 1:
        raise UserError(
            f"--gpu-memory {memory:g}: one image already needs about {needs.total(1):.1f} GiB; take --amp, a smaller "
            "input_size or a smaller model"
        )
    processes = process_count(cfg.get("launcher", "none"))
    share = math.ceil(base / processes)
    parts = math.ceil(share / fits)
    batch = math.ceil(share / parts)
    cfg.train_dataloader.batch_size = batch
    cfg.optim_wrapper.accumulative_counts = 1
    accumulate_gradients(cfg, parts)
    scale_learning_rate(cfg)
    return [
        f"{processes} GPU{'s' if processes > 1 else ''} of {memory:g} GiB: batches of {batch} images take about "
        f"{needs.total(batch):.1f} GiB (an estimate); {parts} to each step of the optimiser, so it is over "
        f"{batch * parts * processes} images"
    ]


def accumulate_gradients(cfg: Config, parts: int) -> None:
    """Let each of the optimiser's steps add up the gradients of so many batches, in place.

    The learning rate is scaled to the whole, where ``auto_scale_lr`` is on, and the moving average takes a step every
    so many batches.
    """
    if parts == 1:
        return
    cfg.optim_wrapper.accumulative_counts = parts * cfg.optim_wrapper.get("accumulative_counts", 1)
    if cfg.get("auto_scale_lr"):
        cfg.auto_scale_lr.base_batch_size /= parts  # MMEngine compares it with one part
    for hook in cfg.get("custom_hooks") or []:
        if hook.get("type") == "EMAHook":
            hook["interval"] = parts * hook.get("interval", 1)
            if hook.get("ema_type") in ("ForeachEMA", "ExpMomentumEMA"):
                hook["gamma"] = parts * hook.get("gamma", _UPSTREAM_GAMMA)


def learning_rate_notes(cfg: Config) -> list[str]:
    """What the user should know where the learning rate is for another number of images than the steps are over."""
    scaling = cfg.get("auto_scale_lr") or {}
    base, loader = scaling.get("base_batch_size"), cfg.get("train_dataloader") or {}
    if not base or scaling.get("enable") or not loader.get("batch_size"):
        return []
    parts = (cfg.get("optim_wrapper") or {}).get("accumulative_counts", 1)
    images = loader["batch_size"] * parts * process_count(cfg.get("launcher", "none"))
    if images == base:
        return []
    return [
        f"each step is over {images} images, and the learning rate is for {base}: --gpu-memory GB makes the steps so "
        "large, --auto-scale-lr the rate so small"
        if images < base
        else f"each step is over {images} images, and the learning rate is for {base}: --auto-scale-lr fits it"
    ]


def scale_learning_rate(cfg: Config) -> None:
    """Scale the learning rate to the real total batch size, in place (``--auto-scale-lr``).

    The rate at which a cosine ends is scaled too: a share of the one that it starts from, in place of a fixed number.

    Raises:
        UserError: the config does not say for which batch size its learning rate is.
    """
    if not (cfg.get("auto_scale_lr") or {}).get("base_batch_size"):
        raise UserError(f"--auto-scale-lr: {cfg.filename} has no auto_scale_lr.base_batch_size")
    cfg.auto_scale_lr.enable = True
    parts = cfg.get("param_scheduler") or ()
    for part in [parts] if isinstance(parts, dict) else parts:
        if part.get("eta_min"):
            part["eta_min_ratio"] = part.pop("eta_min") / cfg.optim_wrapper.optimizer.lr
