"""Checks that run before a model is built or an image is predicted."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

import torch
from mmengine.config import Config

from mmsynloc.apis.settings import evaluators, loaders, unwrapped
from mmsynloc.utils import UserError

__all__ = [
    "check_data",
    "check_devices",
    "process_count",
    "slurm_addresses",
    "unwrapped",
]

_RANK_VARIABLES = {"pytorch": "RANK", "slurm": "SLURM_PROCID", "mpi": "OMPI_COMM_WORLD_LOCAL_RANK"}
_COUNT_VARIABLES = {"pytorch": "WORLD_SIZE", "slurm": "SLURM_NTASKS", "mpi": "OMPI_COMM_WORLD_SIZE"}
_NO_GPU_WANTED = {"", "-1", "NoDevFiles"}


def check_data(cfg: Config) -> None:
    """Make sure that the annotation files and image folders of the data sets and metrics are there.

    A config with a training's data needs none of the test: one's own data set may have no such split.

    Raises:
        UserError: one is missing.
    """
    splits = ("train", "val") if cfg.get("train_dataloader") else ("val", "test")
    for key, loader in loaders(cfg):
        if key.removesuffix("_dataloader") not in splits:
            continue
        for dataset in unwrapped(loader["dataset"]):
            root = str(dataset.get("data_root") or "")
            prefix = dataset.get("data_prefix")
            folder = prefix.get("img") if isinstance(prefix, Mapping) else None
            _require(os.path.isfile, root, dataset.get("ann_file"), "no such file", key)
            _require(os.path.isdir, root, folder, "no such folder of images", key)
    for split in splits:
        for metric in evaluators(cfg, split):
            if not metric.get("format_only"):
                _require(os.path.isfile, "", metric.get("ann_file"), "no such file", f"{split}_evaluator")


def _require(exists: Callable[[str], bool], root: str, name: Any, problem: str, key: str) -> None:
    path = os.path.join(root, name) if isinstance(name, str) and name else None
    if path is not None and "://" not in path and not exists(path):
        raise UserError(f"{path}: {problem} ({key}); SYNLOC_ROOT names the data set's folder")


def check_devices(launcher: str) -> None:
    """Make sure that the processes were started as the launcher says and that each has its GPU.

    Raises:
        UserError: the launcher's environment is missing, or a GPU that was asked for is not there.
    """
    variable = _RANK_VARIABLES.get(launcher)
    if variable and variable not in os.environ:
        hint = "; start this tool through torchrun (see tools/dist_train.sh)" if launcher == "pytorch" else ""
        raise UserError(f"--launcher {launcher}: {variable} is not set{hint}")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    wanted = os.environ.get("CUDA_VISIBLE_DEVICES", "").strip()
    if wanted not in _NO_GPU_WANTED and len(wanted.split(",")) > count:
        raise UserError(
            f"CUDA_VISIBLE_DEVICES={wanted}: {count} of these GPUs are there; empty, it means to run without a GPU"
        )
    local_rank = os.environ.get("LOCAL_RANK", "0")
    if not local_rank.isdigit() or (count and int(local_rank) >= count):
        raise UserError(f"process {local_rank} of this machine has no GPU: there are {count}; start fewer processes")


def process_count(launcher: str) -> int:
    """How many processes the launcher has started on all machines; 1 where it does not say."""
    count = os.environ.get(_COUNT_VARIABLES.get(launcher, ""), "1")
    return int(count) if count.isdigit() and int(count) else 1


def slurm_addresses(environment: Mapping[str, str]) -> dict[str, str]:
    """A Slurm task's environment in torch's variables, as MMEngine sets them where there are GPUs.

    Raises:
        UserError: ``scontrol``, which knows the names of the nodes, cannot be run.
    """
    found = {"RANK": "SLURM_PROCID", "WORLD_SIZE": "SLURM_NTASKS", "LOCAL_RANK": "SLURM_LOCALID"}
    addresses = {name: environment.get(variable, "0") for name, variable in found.items()}
    addresses["MASTER_PORT"] = environment.get("MASTER_PORT", "29500")
    if "MASTER_ADDR" not in environment:
        command = ["scontrol", "show", "hostnames", environment.get("SLURM_NODELIST", "")]
        try:
            hosts = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            addresses["MASTER_ADDR"] = hosts[0]
        except (OSError, subprocess.CalledProcessError, IndexError):
            raise UserError(
                "--launcher slurm: scontrol names no node; set MASTER_ADDR to the name of the first"
            ) from None
    return addresses
