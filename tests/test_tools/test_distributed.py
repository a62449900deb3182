"""Trainings and tests on several processes, as users start them."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.synloc_files import write_split
from tests.test_tools.test_train_test_submit import DEMO, ROOT, SMALL

ENDLESS = [
    *SMALL,
    "train_cfg.max_epochs=100000",
    "train_cfg.val_interval=100000",
    "default_hooks.checkpoint.interval=100000",
]
WAIT_S = 300  # for processes that share a busy machine to start


@pytest.fixture(scope="module")
def data_root(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("synloc")
    for split in ("train", "val", "test"):
        write_split(root, split, [[(0, 0), (5, 10)], [(-5, -8)], [], [(3, 3), (-3, 3), (0, -10)], [(8, 0)]])
    return root


def _environment(root: Path, **more: str) -> dict[str, str]:
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    own = dict(
        SYNLOC_ROOT=str(root), OMP_NUM_THREADS="1", PYTHON=sys.executable, PYTHONPATH=paths, CUDA_VISIBLE_DEVICES=""
    )
    return {**os.environ, **own, "PYTHONWARNINGS": "ignore", **more}


def _start(command: list, log: Path, environment: dict[str, str]) -> subprocess.Popen:
    with log.open("w") as file:
        return subprocess.Popen([*map(str, command)], stdout=file, stderr=file, env=environment, cwd=log.parent)


def _wait_for(text: str, log: Path, process: subprocess.Popen) -> None:
    end = time.monotonic() + WAIT_S
    while text not in log.read_text():
        assert time.monotonic() < end, log.read_text()
        assert process.poll() is None, log.read_text()
        time.sleep(0.2)


def _child(process: subprocess.Popen) -> int:
    """The process that a torchrun agent started."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(children[0])


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the processes in /proc")
def test_dist_train__two_nodes_end_with_one_line_when_a_process_is_killed(data_root, tmp_path):
    port = str(29000 + os.getpid() % 900)
    nodes, logs = [], []
    for rank in ("0", "1"):
        environment = _environment(data_root, NNODES="2", NODE_RANK=rank, MASTER_ADDR="127.0.0.1", PORT=port)
        command = ["bash", ROOT / "tools/dist_train.sh", DEMO, 1, "--work-dir", tmp_path / "run", "--no-validate"]
        logs.append(tmp_path / f"node_{rank}.txt")
        nodes.append(_start([*command, "--cfg-options", *ENDLESS], logs[-1], environment))
    try:
        _wait_for("train   epoch 3", logs[0], nodes[0])
        os.kill(_child(nodes[1]), signal.SIGKILL)
        for node in nodes:
            assert node.wait(timeout=60) != 0
    finally:
        for node in nodes:
            node.kill()
    text = "".join(log.read_text() for log in logs)
    assert "device  CPU, 2 x 1 threads" in text
    errors = [line for line in text.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert "a training goes on from its newest checkpoint with --resume" in errors[0]


# In the place of Slurm's srun: as many tasks as asked for, on this machine.
_SRUN = """#!/usr/bin/env bash
printf '%s\\n' "$@" > "$SRUN_LOG"
while [[ $1 == -* ]]; do
    case $1 in --ntasks=*) n=${1#*=} ;; -p) shift ;; esac
    shift
done
for ((i = 0; i < n; i++)); do
    SLURM_PROCID=$i SLURM_LOCALID=$i SLURM_NTASKS=$n SLURM_NODELIST=here "$@" &
    pids[i]=$!
done
status=0
for pid in "${pids[@]}"; do wait "$pid" || status=$?; done
exit $status
"""


def test_slurm_train__runs_on_two_tasks(data_root, tmp_path):
    for name, text in {"srun": _SRUN, "scontrol": "#!/bin/sh\necho 127.0.0.1\n"}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(stat.S_IRWXU)
    more = dict(
        GPUS="2",
        PORT=str(28000 + os.getpid() % 900),
        SRUN_ARGS="--time=1 --exclusive",
        SRUN_LOG=str(tmp_path / "srun.txt"),
    )
    environment = _environment(data_root, **more)
    environment["PATH"] = f"{tmp_path}{os.pathsep}{environment['PATH']}"
    command = ["bash", ROOT / "tools/slurm_train.sh", "gpu", "job", DEMO, tmp_path / "run", "--no-validate"]
    options = [*SMALL, "train_cfg.max_epochs=1"]
    process = _start([*command, "--cfg-options", *options], tmp_path / "log.txt", environment)
    assert process.wait(timeout=WAIT_S) == 0, (tmp_path / "log.txt").read_text()
    assert "device  CPU, 2 x 1 threads" in (tmp_path / "log.txt").read_text()
    assert (tmp_path / "run" / "epoch_1.pth").is_file()
    given = (tmp_path / "srun.txt").read_text().splitlines()
    expected = ["--job-name=job", "--gres=gpu:2", "--ntasks=2", "--ntasks-per-node=2", "--kill-on-bad-exit=1"]
    assert given[:2] == ["-p", "gpu"]
    assert set(expected) | {"--time=1", "--exclusive"} <= set(given)


@pytest.mark.parametrize("script", ["slurm_train", "slurm_test"])
def test_slurm_scripts__say_how_they_are_called(script):
    done = subprocess.run(["bash", ROOT / f"tools/{script}.sh", "gpu", "job"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "PARTITION JOB_NAME CONFIG" in done.stderr
