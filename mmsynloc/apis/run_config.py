"""From a config's name to a Runner that works on this machine, with clear errors before anything long starts."""

from __future__ import annotations

import itertools
import math
import os
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from mmsynloc.apis.pretrained import resolve_pretrained
from mmsynloc.config_scope import config_path
from mmsynloc.engine.optim import has_fast_bfloat16
from mmsynloc.utils import UserError

__all__ = ["build_runner", "check_checkpoint", "load_config"]

_RUNNERS = itertools.count()
CPU_PIXELS_AT_FULL_WIDTH = 2 * 864 * 480  # a few GB


def load_config(name: str, cfg_options: dict[str, Any] | None = None, work_dir: str | None = None) -> Config:
    """Load a config file, or one of the package's own by its ``mmsynloc::`` name.

    Args:
        name: path or name.
        cfg_options: settings to merge, as from ``--cfg-options``.
        work_dir: folder of logs and checkpoints; by default the config's own or ``work_dirs/<config's name>``.

    Raises:
        UserError: the config is missing, or it is not valid Python or MMEngine configuration.
    """
    path = config_path(name)
    try:
        cfg = Config.fromfile(str(path))
        cfg.merge_from_dict(cfg_options or {})
    except (SyntaxError, LookupError, TypeError, ValueError, OSError, ImportError, NameError, RuntimeError) as error:
        raise UserError(f"{name}: not a usable config: {type(error).__name__}: {error}") from None
    cfg.work_dir = work_dir or cfg.get("work_dir") or str(Path("work_dirs") / path.stem)
    return cfg


def check_checkpoint(path: str) -> Any:
    """Make sure that a checkpoint can be loaded, without running code from it.

    Returns:
        What it holds, with the weights left out of memory; None for an address, which is fetched later.

    Raises:
        UserError: it is missing, truncated, not a checkpoint, or holds objects other than weights and logs.
    """
    if path.startswith(("http://", "https://")):
        return None
    if not Path(path).is_file():
        raise UserError(f"{path}: no such checkpoint")
    try:
        return torch.load(path, map_location="meta", weights_only=True)
    except Exception as error:  # each kind of damage has its own exception
        reason = str(error).split("\n", 1)[0]
        raise UserError(f"{path}: cannot be loaded as a checkpoint: {reason}") from None


def build_runner(cfg: Config, training: bool = False) -> Runner:
    """Build the Runner, for GPU or CPU, alone or under torchrun.

    Args:
        cfg: the config, with ``launcher`` set.
        training: fetch the backbone's pretrained weights now (see :func:`resolve_pretrained`); a test needs none.

    Raises:
        UserError: a part of the data set is missing.
    """
    on_cpu = not torch.cuda.is_available()
    if on_cpu:
        _fit_to_cpu(cfg)
        if training:
            _limit_memory(cfg)
    if training:
        resolve_pretrained(cfg)
    else:
        cfg.model.setdefault("backbone", {})["init_cfg"] = None
        cfg.train_cfg = cfg.train_dataloader = cfg.optim_wrapper = cfg.param_scheduler = None
        cfg.default_hooks.checkpoint = dict(type="CheckpointHook")  # save_best works within a training only
    if cfg.get("visualizer"):
        # Under the same name MMEngine hands out the first one again, which writes into the first run's folder.
        cfg.visualizer.name = f"visualizer{next(_RUNNERS)}"
    runner = Runner.from_cfg(cfg)
    if on_cpu and not is_model_wrapper(runner.model):  # a wrapper has laid out its gradients already
        runner.model.to(memory_format=torch.channels_last)  # what a processor's convolutions are fastest in
    return runner


def _fit_to_cpu(cfg: Config) -> None:
    """Distributed work through gloo: MMEngine's own set-up expects a GPU for each process."""
    for split in ("train", "val", "test"):
        if cfg.get(f"{split}_dataloader"):
            loader = cfg[f"{split}_dataloader"]
            loader.update(pin_memory=False, num_workers=min(loader.num_workers, os.cpu_count() or 1))
    if (cfg.get("optim_wrapper") or {}).get("type") == "AmpOptimWrapper":
        _fit_amp_to_cpu(cfg)
    if cfg.get("launcher", "none") != "pytorch":
        return
    if not torch.distributed.is_initialized():
        if "RANK" not in os.environ:
            raise UserError("--launcher pytorch: start this tool through torchrun (see tools/dist_train.sh)")
        torch.distributed.init_process_group("gloo")
    cfg.env_cfg.dist_cfg = dict(backend="gloo")
    cfg.model_wrapper_cfg = dict(type="MMDistributedDataParallel", device_ids=None)


def _fit_amp_to_cpu(cfg: Config) -> None:
    """Mixed precision in bfloat16 where the processor has it; emulated, it would be slower than float32."""
    fast = has_fast_bfloat16()
    if not fast:
        print_log("This processor has no bfloat16; training in full precision.", "current", level=30)
    cfg.optim_wrapper.type = "CPUAmpOptimWrapper" if fast else "OptimWrapper"
    for gpu_option in ("loss_scale", "dtype", "use_fp64"):
        cfg.optim_wrapper.pop(gpu_option, None)


def _limit_memory(cfg: Config) -> None:
    """Split batches that are meant for a GPU's memory; the gradients add up to the same step."""
    loader = cfg.train_dataloader
    width, height = loader.dataset.get("input_size", (640, 640))
    widen_factor = cfg.model.get("backbone", {}).get("widen_factor", 1.0)  # what memory goes by
    fits = max(1, int(CPU_PIXELS_AT_FULL_WIDTH / widen_factor) // (width * height))
    if loader.batch_size <= fits:
        return
    parts = math.ceil(loader.batch_size / fits)
    print_log(f"On a CPU, batches of {loader.batch_size} images are worked off in {parts} parts of {fits}.", "current")
    loader.batch_size = fits
    cfg.optim_wrapper.accumulative_counts = parts * cfg.optim_wrapper.get("accumulative_counts", 1)
    cfg.default_hooks.logger.interval = 1  # each part takes seconds
    if cfg.get("auto_scale_lr"):
        cfg.auto_scale_lr.base_batch_size /= parts  # MMEngine compares it with the part
