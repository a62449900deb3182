"""Configs are fitted to the machine."""

from __future__ import annotations

import pytest
import torch
from mmengine.config import Config

from mmsynloc.apis import load_config
from mmsynloc.apis.pretrained import resolve_pretrained
from mmsynloc.apis.run_config import _fit_to_cpu, _limit_memory
from mmsynloc.utils import UserError


@pytest.mark.parametrize(
    ("batch", "size", "expected"),
    [(32, (640, 640), (4, 8)), (4, (640, 640), (4, None)), (3, (1280, 1280), (1, 3)), (8, (256, 256), (8, None))],
)
def test_limit_memory__keeps_the_step(batch, size, expected):
    options = {"train_dataloader.batch_size": batch, "train_dataloader.dataset.input_size": size}
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py", options)
    base = cfg.auto_scale_lr.base_batch_size
    _limit_memory(cfg)
    assert (cfg.train_dataloader.batch_size, cfg.optim_wrapper.get("accumulative_counts")) == expected
    # the learning rate follows the whole batch, not its parts
    assert cfg.train_dataloader.batch_size / cfg.auto_scale_lr.base_batch_size == pytest.approx(batch / base, rel=0.01)


def test_limit_memory__a_narrow_model_fits_more():
    cfg = load_config("mmsynloc::yoloxpose_nano_synloc.py", {"train_dataloader.batch_size": 8})
    cfg.train_dataloader.dataset.input_size = (640, 640)
    _limit_memory(cfg)
    assert cfg.train_dataloader.batch_size == 8


def test_limit_memory__half_as_many_bytes_in_bfloat16():
    batches = []
    for wrapper in ("OptimWrapper", "CPUAmpOptimWrapper"):
        cfg = load_config("mmsynloc::yoloxpose_s_synloc.py", {"train_dataloader.batch_size": 32})
        cfg.train_dataloader.dataset.input_size = (640, 640)
        cfg.optim_wrapper.type = wrapper
        _limit_memory(cfg)
        batches.append((cfg.train_dataloader.batch_size, cfg.optim_wrapper.accumulative_counts))
    assert batches == [(4, 8), (8, 4)]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize(("fast", "expected"), [(True, "CPUAmpOptimWrapper"), (False, "OptimWrapper")])
def test_fit_to_cpu__mixed_precision_where_it_is_fast(monkeypatch, fast, expected):
    monkeypatch.setattr("mmsynloc.apis.run_config.has_fast_bfloat16", lambda: fast)
    options = {"optim_wrapper.type": "AmpOptimWrapper", "optim_wrapper.loss_scale": "dynamic"}
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py", options)
    _fit_to_cpu(cfg)
    assert cfg.optim_wrapper.type == expected
    assert "loss_scale" not in cfg.optim_wrapper


def test_resolve_pretrained__local_file_must_be_there(tmp_path):
    cfg = load_config(
        "mmsynloc::yoloxpose_s_synloc.py", {"model.backbone.init_cfg.checkpoint": str(tmp_path / "none.pth")}
    )
    with pytest.raises(UserError, match=r"none\.pth: no such file .*model\.backbone\.init_cfg=None"):
        resolve_pretrained(cfg)


def test_resolve_pretrained__weights_of_the_package():
    init_cfg = dict(type="Pretrained", prefix="backbone.", checkpoint="mmsynloc::demo_synloc.pth")
    cfg = Config(dict(model=dict(backbone=dict(init_cfg=init_cfg))))
    assert resolve_pretrained(cfg) == []
    assert cfg.model.backbone.init_cfg == init_cfg
    cfg.model.backbone.init_cfg.checkpoint = "mmsynloc::absent.pth"
    with pytest.raises(UserError, match=r"mmsynloc::absent\.pth: no such weights"):
        resolve_pretrained(cfg)


def test_resolve_pretrained__local_file_must_have_the_backbone(tmp_path):
    torch.save({"state_dict": {"neck.weight": torch.ones(1)}}, tmp_path / "neck.pth")
    options = {"model.backbone.init_cfg.checkpoint": str(tmp_path / "neck.pth")}
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py", options)
    with pytest.raises(UserError, match=r"neck\.pth: none of its weights is the backbone's"):
        resolve_pretrained(cfg)


def test_resolve_pretrained__unreachable_address_is_left_out(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    options = {"model.backbone.init_cfg.checkpoint": "http://127.0.0.1:9/weights.pth"}  # nothing listens there
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py", options)
    told = resolve_pretrained(cfg)
    assert cfg.model.backbone.init_cfg is None
    assert "TRAINING STARTS FROM SCRATCH" in told[0]
    assert "model.backbone.init_cfg.checkpoint=FILE" in told[0]


def test_resolve_pretrained__cached_file_needs_no_network(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    (tmp_path / "hub" / "checkpoints" / "weights.pth").write_bytes(b"")
    options = {"model.backbone.init_cfg.checkpoint": "http://127.0.0.1:9/weights.pth"}
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py", options)
    assert resolve_pretrained(cfg) == []
    assert cfg.model.backbone.init_cfg.checkpoint == "http://127.0.0.1:9/weights.pth"


@pytest.mark.parametrize("batch", [6, 9, 10])
def test_limit_memory__parts_hold_no_more_than_the_step(batch):
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py", {"train_dataloader.batch_size": batch})
    cfg.train_dataloader.dataset.input_size = (640, 640)
    _limit_memory(cfg)
    parts = cfg.optim_wrapper.accumulative_counts
    assert batch <= cfg.train_dataloader.batch_size * parts < batch + parts


@pytest.mark.parametrize("name", ["mmsynloc::rtmpose_nano_synloc.py", "mmsynloc::rtmpose_m_synloc.py"])
def test_limit_memory__of_several_data_sets(name):
    alone, joined = load_config(name), load_config(name)
    dataset = joined.train_dataloader.dataset
    joined.train_dataloader.dataset = dict(type="ConcatDataset", datasets=[dataset, dataset])
    assert _limit_memory(joined) == _limit_memory(alone)
    assert joined.train_dataloader.batch_size == alone.train_dataloader.batch_size


def test_limit_memory__counts_the_crops_of_each_frame():
    cfg = load_config("mmsynloc::rtmpose_m_synloc.py")
    _limit_memory(cfg)
    assert cfg.train_dataloader.batch_size < 16
    assert cfg.optim_wrapper.accumulative_counts > 1
