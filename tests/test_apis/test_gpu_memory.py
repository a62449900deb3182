"""Batches for a GPU's memory: the optimiser's steps stay those of the recipe."""

from __future__ import annotations

import pytest
import torch
from mmengine.optim import CosineAnnealingLR

from mmsynloc.apis import load_config
from mmsynloc.apis.gpu_memory import accumulate_gradients, fit_to_gpu_memory, learning_rate_notes, scale_learning_rate
from mmsynloc.apis.training_memory import TrainingMemory
from mmsynloc.utils import UserError


@pytest.fixture(autouse=True)
def memory(monkeypatch):
    monkeypatch.setattr("mmsynloc.apis.training_memory.training_memory", lambda cfg: TrainingMemory(1.36, 0.5))


@pytest.mark.parametrize(
    ("gib", "processes", "expected"),
    [
        (8, 1, (12, 22, 264)),
        (24, 1, (37, 7, 259)),
        (24, 8, (32, 1, 256)),
        (80, 1, (128, 2, 256)),
        (2.1, 1, (1, 256, 256)),
    ],
)
def test_fit_to_gpu_memory__steps_over_256_images(gib, processes, expected, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", str(processes))
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py")
    cfg.launcher = "pytorch"
    (note,) = fit_to_gpu_memory(cfg, gib)
    batch, parts, images = expected
    assert cfg.train_dataloader.batch_size == batch
    assert cfg.optim_wrapper.get("accumulative_counts", 1) == parts
    assert cfg.auto_scale_lr.enable
    # MMEngine scales by processes * batch / base
    assert processes * batch / cfg.auto_scale_lr.base_batch_size == pytest.approx(images / 256)
    assert f"{batch} images" in note


def test_fit_to_gpu_memory__not_one_image_fits():
    with pytest.raises(UserError, match=r"--gpu-memory 1: one image already needs about 1\.9 GiB; take --amp"):
        fit_to_gpu_memory(load_config("mmsynloc::yoloxpose_s_synloc.py"), 1)


def test_fit_to_gpu_memory__needs_the_recipes_batch():
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py")
    cfg.auto_scale_lr = None
    with pytest.raises(UserError, match="no auto_scale_lr"):
        fit_to_gpu_memory(cfg, 8)


def test_accumulate_gradients__the_moving_average_steps_with_the_optimiser():
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py")
    accumulate_gradients(cfg, 1)
    assert "accumulative_counts" not in cfg.optim_wrapper
    accumulate_gradients(cfg, 4)
    ema = next(hook for hook in cfg.custom_hooks if hook.type == "EMAHook")
    assert (cfg.optim_wrapper.accumulative_counts, ema.interval, ema.gamma) == (4, 4, 8000)


def test_scale_learning_rate__a_cosine_ends_at_the_same_share():
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py")
    (cosine,) = [part for part in cfg.param_scheduler if "eta_min" in part]
    share = cosine.eta_min / cfg.optim_wrapper.optimizer.lr
    scale_learning_rate(cfg)
    assert cfg.auto_scale_lr.enable
    assert "eta_min" not in cosine
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1e-4)
    scheduler = CosineAnnealingLR(optimizer, T_max=10, eta_min_ratio=cosine.eta_min_ratio)
    for _ in range(10):
        optimizer.step()
        scheduler.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(share * 1e-4)


def test_scale_learning_rate__one_scheduler():
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py")
    cfg.param_scheduler = dict(type="CosineAnnealingLR", eta_min=cfg.optim_wrapper.optimizer.lr / 2, T_max=3)
    scale_learning_rate(cfg)
    assert cfg.param_scheduler.eta_min_ratio == 0.5


def test_learning_rate_notes() -> None:
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py")
    (note,) = learning_rate_notes(cfg)  # 32 images
    assert note.startswith("each step is over 32 images, and the learning rate is for 256: --gpu-memory GB")
    cfg.train_dataloader.batch_size = 512
    assert learning_rate_notes(cfg)[0].endswith("--auto-scale-lr fits it")
    cfg.train_dataloader.batch_size, cfg.optim_wrapper.accumulative_counts = 32, 8
    assert learning_rate_notes(cfg) == []
    cfg.optim_wrapper.accumulative_counts = 1
    scale_learning_rate(cfg)
    assert learning_rate_notes(cfg) == []
    for name in ("demo_synloc.py", "rtmpose_nano_synloc.py", "demo_synloc-second-stage.py"):
        assert learning_rate_notes(load_config(f"mmsynloc::{name}")) == []
