"""A training that is killed and resumed ends as one that is not: kill -9 in the middle of an epoch."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import torch

from mmsynloc.apis import build_runner, load_config
from mmsynloc.apis.training import add_timed_checkpoints
from mmsynloc.engine.checkpoints import find_resumable
from tests.synloc_files import write_split

ROOT = Path(__file__).parents[2]
# Every source of random numbers: Mosaic, MixUp, affine, flip, colours, the batch's size; 5 steps an epoch.
_CONFIG = """
_base_ = "mmsynloc::yoloxpose_nano_synloc.py"
custom_imports = dict(imports=["mmsynloc", "killer"], allow_failed_imports=False)
model = dict(data_preprocessor=dict(batch_augments=[dict(type="SynLocBatchResize", sizes=[(64, 64), (96, 64)],
    interval=2, size_divisor=32)]), backbone=dict(init_cfg=None, widen_factor=0.125),
    neck=dict(in_channels=[32, 64, 128], out_channels=32), head=dict(head_module_cfg=dict(widen_factor=0.125)))
train_dataloader = dict(batch_size=2, num_workers=2, persistent_workers=True,
    dataset=dict(input_size=(64, 64)))
val_dataloader = val_evaluator = val_cfg = test_dataloader = test_evaluator = test_cfg = None
train_cfg = dict(max_epochs=4, val_interval=9, dynamic_intervals=None)
default_hooks = dict(logger=dict(interval=1), checkpoint=dict(interval=2, save_best=None))
_hooks = _base_.custom_hooks
_hooks[0].num_last_epochs = 1  # from step 11 on
custom_hooks = [*_hooks, dict(type="KillHook", step=KILL_AT)]
optim_wrapper = dict(accumulative_counts=2)
visualizer = dict(vis_backends=[dict(type="LocalVisBackend")])
"""
_KILLER = """
import os, signal
from mmengine.hooks import Hook
from mmpose.registry import HOOKS

@HOOKS.register_module(force=True)
class KillHook(Hook):
    priority = "LOWEST"

    def __init__(self, step):
        self.step = step

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter + 3 == self.step:
            next(hook for hook in runner.hooks if hasattr(hook, "minutes")).minutes = 0

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if runner.iter + 1 == self.step:
            os.kill(os.getpid(), signal.SIGKILL)
"""
_TRAIN = """
import sys
from tests.test_engine.test_resume import train
train(sys.argv[1], sys.argv[2], resume=True)
"""


def train(config: str, work_dir: str, resume: bool = False) -> None:
    torch.set_num_threads(1)
    cfg = load_config(config, work_dir=work_dir)
    cfg.resume = resume
    add_timed_checkpoints(cfg, 1000)  # KillHook lets one become due
    build_runner(cfg, training=True).train()


def _write_config(folder: Path, kill_at: int, seed: int | None = None) -> Path:
    path = folder / f"config_{kill_at}.py"
    path.write_text(_CONFIG.replace("KILL_AT", str(kill_at)) + (f"randomness = dict(seed={seed})\n" if seed else ""))
    return path


def _train_until_killed(config: Path, work_dir: Path) -> None:
    path = os.pathsep.join([str(config.parent), str(ROOT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-W", "ignore", "-c", _TRAIN, str(config), str(work_dir)]
    killed = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr


def _scalars(work_dir: Path) -> dict[int, dict]:
    """Losses and learning rate by step, the newest where a step was trained twice."""
    found = {}
    for path in sorted(work_dir.glob("*/vis_data/scalars.json")):
        for line in map(json.loads, path.read_text().splitlines()):
            found[line["step"]] = {key: value for key, value in line.items() if "loss" in key or key in ("lr", "epoch")}
    return found


def _differences(one: object, other: object, where: str = "") -> list[str]:
    """Where two checkpoints differ."""
    if isinstance(one, torch.Tensor):
        return [] if torch.equal(one, other) else [where]
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        return [found for key in one for found in _differences(one[key], other[key], f"{where}.{key}")]
    if isinstance(one, (list, tuple)):
        return [found for i, pair in enumerate(zip(one, other)) for found in _differences(*pair, f"{where}.{i}")]
    return [] if one == other else [where]


def test_resume__killed_twice_equals_uninterrupted(tmp_path, monkeypatch):
    write_split(tmp_path / "data", "train", [[(0, 0), (5, 10)], [(-5, -8)], [], [(3, 3), (0, -10)], [(8, 0)]] * 2)
    (tmp_path / "killer.py").write_text(_KILLER)
    monkeypatch.setenv("SYNLOC_ROOT", str(tmp_path / "data"))
    monkeypatch.syspath_prepend(str(tmp_path))
    config, whole, killed = _write_config(tmp_path, 0), tmp_path / "whole", tmp_path / "killed"
    train(str(config), str(whole))
    seed = torch.load(whole / "epoch_4.pth", weights_only=True)["meta"]["seed"]

    # The step of each optimiser's step before: an epoch has 5 batches, of which every second and the last have one.
    for step, saved_at, its_seed in [(8, 7, seed), (13, 12, None)]:  # when it goes on, the checkpoint has the seed
        _train_until_killed(_write_config(tmp_path, step, its_seed), killed)
        resumable, problems = find_resumable(killed)
        assert (resumable.name, problems) == (f"iter_{saved_at}.pth", [])
    train(str(config), str(killed), resume=True)

    assert len(_scalars(whole)) == 20
    assert _scalars(whole) == _scalars(killed)
    ends = [torch.load(run / "epoch_4.pth", weights_only=True) for run in (whole, killed)]
    for part in ("state_dict", "ema_state_dict", "optimizer", "param_schedulers"):
        assert _differences(ends[0][part], ends[1][part]) == []
    assert [ends[1]["meta"][key] for key in ("epoch", "iter")] == [4, 20]
    assert not list(killed.glob("iter_7.pth"))  # only the newest is kept
