"""Data and devices, before a run begins."""

from __future__ import annotations

import pytest
from mmengine.config import Config

from mmsynloc.apis import load_config
from mmsynloc.apis.preflight import check_data, check_devices, process_count, slurm_addresses
from mmsynloc.utils import UserError
from tests.synloc_files import write_split


@pytest.fixture
def cfg(tmp_path, monkeypatch) -> Config:
    monkeypatch.setenv("SYNLOC_ROOT", str(tmp_path))
    for split in ("train", "val", "test"):
        write_split(tmp_path, split, [[(0, 0)]])
    return load_config("mmsynloc::demo_synloc.py")


def test_check_data__is_there(cfg):
    check_data(cfg)


def test_check_data__annotations_are_missing(cfg, tmp_path):
    (tmp_path / "annotations" / "val.json").unlink()
    with pytest.raises(UserError, match=r"annotations/val\.json: no such file \(val_dataloader\); SYNLOC_ROOT"):
        check_data(cfg)


def test_check_data__images_are_missing(cfg, tmp_path):
    (tmp_path / "train").rename(tmp_path / "elsewhere")
    with pytest.raises(UserError, match=r"train/: no such folder of images \(train_dataloader\)"):
        check_data(cfg)


def test_check_data__a_training_needs_no_test(cfg, tmp_path):
    (tmp_path / "annotations" / "test.json").unlink()
    (tmp_path / "test").rename(tmp_path / "elsewhere")
    check_data(cfg)
    cfg.train_dataloader = None
    with pytest.raises(UserError, match=r"test\.json: no such file \(test_dataloader\)"):
        check_data(cfg)


def test_check_data__looks_into_wrapped_data_sets(cfg, tmp_path):
    inner = cfg.train_dataloader.dataset
    cfg.train_dataloader.dataset = dict(type="ConcatDataset", datasets=[dict(type="RepeatDataset", dataset=inner)])
    check_data(cfg)
    (tmp_path / "annotations" / "train.json").unlink()
    with pytest.raises(UserError, match=r"train\.json: no such file"):
        check_data(cfg)


def test_check_data__the_metrics_file(cfg):
    cfg.val_evaluator.ann_file = "absent.json"
    with pytest.raises(UserError, match=r"absent\.json: no such file \(val_evaluator\)"):
        check_data(cfg)


@pytest.mark.parametrize(("launcher", "variable"), [("pytorch", "RANK"), ("slurm", "SLURM_PROCID")])
def test_check_devices__launcher_without_its_environment(monkeypatch, launcher, variable):
    monkeypatch.delenv(variable, raising=False)
    with pytest.raises(UserError, match=rf"--launcher {launcher}: {variable} is not set"):
        check_devices(launcher)


@pytest.mark.parametrize(
    ("wanted", "local_rank", "count", "message"),
    [
        ("7", "0", 0, "CUDA_VISIBLE_DEVICES=7: 0 of these GPUs are there"),
        ("0,1", "0", 1, "1 of these GPUs"),
        ("", "2", 2, "process 2 of this machine has no GPU"),
        ("", "-1", 0, "process -1"),
        ("", "x", 0, "process x"),
    ],
)
def test_check_devices__a_gpu_is_missing(monkeypatch, wanted, local_rank, count, message):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", wanted)
    monkeypatch.setenv("LOCAL_RANK", local_rank)
    monkeypatch.setattr("torch.cuda.is_available", lambda: count > 0)
    monkeypatch.setattr("torch.cuda.device_count", lambda: count)
    with pytest.raises(UserError, match=message):
        check_devices("none")


@pytest.mark.parametrize("wanted", ["", "-1", "0"])
def test_check_devices__good(monkeypatch, wanted):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", wanted)
    monkeypatch.setenv("LOCAL_RANK", "0")
    monkeypatch.setattr("torch.cuda.is_available", lambda: wanted == "0")
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    check_devices("none")


@pytest.mark.parametrize(
    ("launcher", "environment", "expected"),
    [
        ("none", {"WORLD_SIZE": "8"}, 1),
        ("pytorch", {"WORLD_SIZE": "8"}, 8),
        ("pytorch", {}, 1),
        ("slurm", {"SLURM_NTASKS": "16"}, 16),
        ("slurm", {"SLURM_NTASKS": "many"}, 1),
    ],
)
def test_process_count(launcher, environment, expected, monkeypatch):
    for name in ("WORLD_SIZE", "SLURM_NTASKS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert process_count(launcher) == expected


def test_slurm_addresses__in_torchs_variables():
    task = {"SLURM_PROCID": "9", "SLURM_NTASKS": "16", "SLURM_LOCALID": "1", "MASTER_ADDR": "node7"}
    expected = {"RANK": "9", "WORLD_SIZE": "16", "LOCAL_RANK": "1", "MASTER_PORT": "29500"}
    assert slurm_addresses(task) == expected


def test_slurm_addresses__nobody_names_the_nodes(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="scontrol names no node; set MASTER_ADDR"):
        slurm_addresses({"SLURM_PROCID": "0", "SLURM_NTASKS": "2", "SLURM_NODELIST": "node[1-2]"})
