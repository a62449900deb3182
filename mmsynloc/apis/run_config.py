"""From a config to a Runner that works on this machine, with clear errors before anything long starts."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import Tensor, nn

from mmsynloc.apis.gpu_memory import accumulate_gradients
from mmsynloc.apis.preflight import check_data, check_devices, slurm_addresses
from mmsynloc.apis.pretrained import resolve_pretrained
from mmsynloc.apis.settings import check_settings, crops_per_image, fit_workers, training_size
from mmsynloc.apis.starting_point import require_detector, require_thresholds, resolve_start
from mmsynloc.apis.test_options import require_frames
from mmsynloc.config_scope import CONFIG_DIR
from mmsynloc.engine.checkpoints import compare_weights, weights_of
from mmsynloc.engine.config_errors import config_errors
from mmsynloc.engine.console import tell
from mmsynloc.engine.hooks import ConsoleHook, LoadWeightsHook, RandomNumbersHook, ThroughputHook
from mmsynloc.engine.optim import has_fast_bfloat16
from mmsynloc.engine.peers import watch_peers
from mmsynloc.engine.runner import SynLocRunner
from mmsynloc.utils import UserError, check_folder

__all__ = ["build_runner"]

_RUNNERS = itertools.count()
CPU_PIXELS_AT_FULL_WIDTH = 2 * 864 * 480  # in float32: a few GB


def build_runner(cfg: Config, training: bool = False, split: str = "test", notes: Sequence[str] = ()) -> Runner:
    """Build the Runner, for GPU or CPU, alone or under torchrun.

    What can be known to go wrong is found here, before any data is loaded: settings, data set, output folders,
    devices, the checkpoint and whether it fits the model, and the score threshold of a test.

    Args:
        cfg: the config, with ``launcher`` set; it is fitted to this machine in place.
        training: for :meth:`Runner.train`, with the backbone's pretrained weights fetched now (see
            :func:`resolve_pretrained`); a test needs none.
        split: ``"val"`` or ``"test"``, the one that a Runner without training is for.
        notes: what the user should know, for the console and the log file.

    Raises:
        UserError: any of these.
    """
    name = _short_name(cfg)
    loops = (
        ("train_dataloader", "train_cfg", "optim_wrapper")
        if training
        else (f"{split}_dataloader", f"{split}_evaluator")
    )
    check_settings(cfg, name, ("model", *loops))
    if not training:
        _leave_out_training(cfg, split)
    check_devices(cfg.get("launcher", "none"))
    check_folder(cfg.work_dir, "--work-dir")
    if (cfg.default_hooks.get("visualization") or {}).get("out_dir"):
        check_folder(cfg.default_hooks.visualization.out_dir, "--show-dir")
    held, found = resolve_start(cfg)
    if training and cfg.get("resume") and held is not None:
        _take_over_seed(cfg, held)
    if training:
        require_detector(cfg, name, held)
    check_data(cfg)
    require_frames(cfg)
    if not training:
        require_thresholds(cfg, split, held)
    found += _fit_to_machine(cfg, training)
    if cfg.get("visualizer"):
        # Under the same name MMEngine hands out the first one again, which writes into the first run's folder.
        cfg.visualizer.name = f"visualizer{next(_RUNNERS)}"
    with config_errors(name):
        runner = SynLocRunner.from_cfg(cfg)
    watch_peers()
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    if held is not None:
        _require_fit(model, weights_of(held, cfg.load_from), cfg, training)
    runner.register_hook(LoadWeightsHook())
    if training:
        runner.register_hook(RandomNumbersHook())
        runner.register_hook(ThroughputHook())
    runner.register_hook(ConsoleHook())
    _introduce(runner, name, model, [*notes, *found])
    return runner


def _take_over_seed(cfg: Config, held: dict[str, Any]) -> None:
    """Before the data are shuffled; MMEngine itself takes the seed over only afterwards."""
    seed = held["meta"].get("seed")
    if seed is not None:
        cfg.randomness = dict(cfg.get("randomness") or {}, seed=seed)


def _short_name(cfg: Config) -> str:
    path = Path(cfg.filename or "the config")
    if path.is_relative_to(CONFIG_DIR):
        return f"mmsynloc::{path.name}"
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _leave_out_training(cfg: Config, split: str) -> None:
    """Keep only the loaders and loop of one split."""
    cfg.model.setdefault("backbone", {})["init_cfg"] = None
    cfg.train_cfg = cfg.train_dataloader = cfg.optim_wrapper = cfg.param_scheduler = None
    cfg.default_hooks.checkpoint = dict(type="CheckpointHook")  # save_best works within a training only
    other = "val" if split == "test" else "test"
    cfg[f"{other}_cfg"] = cfg[f"{other}_dataloader"] = cfg[f"{other}_evaluator"] = None


def _require_fit(model: nn.Module, weights: dict[str, Tensor], cfg: Config, training: bool) -> None:
    """A test and a resumed training need every weight, another training any."""
    fit = compare_weights(model.state_dict(), weights)
    if fit.is_complete or (training and not cfg.get("resume") and fit.fits):
        return
    raise UserError(f"{cfg.load_from}: does not fit the model of {_short_name(cfg)}: {fit}")


def _introduce(runner: Runner, name: str, model: nn.Module, notes: list[str]) -> None:
    parameters = sum(parameter.numel() for parameter in model.parameters()) / 1e6
    if torch.cuda.is_available():
        device = f"{runner.world_size} x {torch.cuda.get_device_name()}"
    else:
        device = f"CPU, {runner.world_size} x {torch.get_num_threads()} threads"
    weights = f", weights of {runner._load_from}" if runner._load_from else ""
    tell(f"config  {name}")
    tell(f"model   {runner.model_name}, {parameters:.2f} M parameters{weights}")
    tell(f"device  {device}")
    tell(f"log     {runner.logger.log_file}")
    for note in notes:
        runner.logger.warning(note)


def _fit_to_machine(cfg: Config, training: bool) -> list[str]:
    """Fit the config to the processors and the network here; returns what the user should know."""
    notes: list[str] = []
    if not torch.cuda.is_available():
        notes += _fit_to_cpu(cfg)
        if training:
            notes += _limit_memory(cfg)
    if training:
        notes += resolve_pretrained(cfg)
    fit_workers(cfg)
    return notes


def _fit_to_cpu(cfg: Config) -> list[str]:
    """Distributed work through gloo: MMEngine's own set-up expects a GPU for each process."""
    for split in ("train", "val", "test"):
        if cfg.get(f"{split}_dataloader"):
            loader = cfg[f"{split}_dataloader"]
            loader.update(pin_memory=False, num_workers=min(loader.get("num_workers", 0), os.cpu_count() or 1))
    notes: list[str] = []
    if (cfg.get("optim_wrapper") or {}).get("type") == "AmpOptimWrapper":
        notes = _fit_amp_to_cpu(cfg)
    if cfg.get("launcher", "none") not in ("pytorch", "slurm"):
        return notes
    if not torch.distributed.is_initialized():
        if cfg.launcher == "slurm":
            os.environ.update(slurm_addresses(os.environ))
        torch.distributed.init_process_group("gloo")
    cfg.setdefault("env_cfg", {})["dist_cfg"] = dict(backend="gloo")
    cfg.model_wrapper_cfg = dict(type="MMDistributedDataParallel", device_ids=None)
    return notes


def _fit_amp_to_cpu(cfg: Config) -> list[str]:
    """Mixed precision in bfloat16 where the processor has it; emulated, it would be slower than float32."""
    fast = has_fast_bfloat16()
    cfg.optim_wrapper.type = "CPUAmpOptimWrapper" if fast else "OptimWrapper"
    for gpu_option in ("loss_scale", "dtype", "use_fp64"):
        cfg.optim_wrapper.pop(gpu_option, None)
    return [] if fast else ["This processor has no bfloat16; training in full precision."]


def _limit_memory(cfg: Config) -> list[str]:
    """Split batches that are meant for a GPU's memory; the gradients add up to the same step."""
    loader = cfg.train_dataloader
    width, height = training_size(cfg)
    widen_factor = cfg.model.get("backbone", {}).get("widen_factor", 1.0)  # memory grows with the width
    per_float32 = 2 if cfg.optim_wrapper.get("type") == "CPUAmpOptimWrapper" else 1  # maps in bfloat16 take half of it
    pixels = int(CPU_PIXELS_AT_FULL_WIDTH * per_float32 / widen_factor)
    fits = max(1, pixels // (width * height * crops_per_image(cfg)))
    if loader.batch_size <= fits:
        return []
    parts = math.ceil(loader.batch_size / fits)
    part = math.ceil(loader.batch_size / parts)
    note = f"On a CPU, batches of {loader.batch_size} images are worked off in {parts} parts of {part}."
    loader.batch_size = part
    accumulate_gradients(cfg, parts)
    cfg.default_hooks.setdefault("logger", {"type": "LoggerHook"}).interval = 1  # each part takes seconds
    return [note]
